import Khepri

/// A procedure of two versions, which the process of a member gets one by one and now and then loses.
struct CalledProcedure<Argument: Codable & Sendable>: Sendable {
    private struct Answer: Codable, Sendable {
        let version: Int
        let seen: [[Int]]
    }

    let name: String
    /// Carries it out, and says what it saw.
    let body: @Sendable (inout Transaction, Argument) throws -> [[Int]]

    /// Calls the procedure, or gives it to the process that lacks it.
    ///
    /// - Returns: What it saw.
    /// - Throws: ``StoreError`` of the call, `.procedureNotFound` where it is right; ``ProcedureFault`` when
    ///   it is not as it must be.
    func call(
        _ argument: Argument, _ choice: ProcedureChoice, in store: TreeStore,
        _ defect: TransactionCall.Defect?
    ) async throws -> [[Int]] {
        if choice.isRetired, let version = choice.version {
            store.unregisterProcedure(name, version: version)
        }
        let known = store.procedures.first { $0.name == name }?.versions ?? []
        let wanted = choice.version ?? known.last
        let isThere = wanted.map(known.contains) ?? false
        do {
            let answer = try await store.call(
                name, version: choice.version, with: argument, as: Answer.self)
            if defect == .callsTwice {
                _ = try await store.call(
                    name, version: choice.version, with: argument, as: Answer.self)
            }
            guard isThere, answer.version == wanted else {
                throw ProcedureFault(
                    "\(name) of version \(answer.version) answered, where \(known) are there and "
                        + "\(choice.version.map(String.init) ?? "any") was called")
            }
            return answer.seen
        } catch StoreError.Code.procedureNotFound where isThere {
            throw ProcedureFault("\(name) of \(known) was not found")
        } catch let error as StoreError where error.code == .procedureNotFound {
            let missing = choice.version ?? 1
            let answering = defect == .mistakesVersions ? 3 - missing : missing
            store.register(try version(missing, saying: answering))
            throw error
        }
    }

    private func version(_ version: Int, saying answer: Int) throws -> Procedure {
        try Procedure(name, version: version) { [body] (transaction, argument: Argument) in
            Answer(version: answer, seen: try body(&transaction, argument))
        }
    }
}

/// What is wrong with a procedure, in words.
struct ProcedureFault: Error {
    let words: String

    init(_ words: String) { self.words = words }
}

// What clients have done by procedures.
extension TransactionCall {
    private struct Transfer: Codable, Sendable {
        let source: Int
        let target: Int
        let amount: Int
    }

    private struct Append: Codable, Sendable {
        let numbers: [Int]
        let lists: [Int]
        let isToBoth: Bool
    }

    private static let transfer = CalledProcedure<Transfer>(name: "transfer") {
        try $0.move($1.amount, from: $1.source, to: $1.target)
        return []
    }

    private static let append = CalledProcedure<Append>(name: "append") {
        try $0.append($1.numbers, to: $1.lists, $1.isToBoth)
    }

    /// Makes a transfer or an append by a procedure.
    func answer(
        of store: TreeStore, writing number: UInt64, by choice: ProcedureChoice, _ defect: Defect?
    ) async throws -> Answer {
        do {
            switch self {
            case .transfer(let source, let target, let amount):
                let transfer = Transfer(source: source, target: target, amount: amount)
                _ = try await Self.transfer.call(transfer, choice, in: store, defect)
                return .done
            case .append(let list, let other, let isToBoth):
                let append = Append(
                    numbers: Self.numbers(of: number), lists: [list, other], isToBoth: isToBoth)
                let seen = try await Self.append.call(append, choice, in: store, defect)
                return .steps(steps(seeing: seen, writing: number))
            case .audit, .read, .procedure: preconditionFailure("only writes are procedures")
            }
        } catch let fault as ProcedureFault {
            return .wrong(fault.words)
        }
    }
}
