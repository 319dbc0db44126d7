import Khepri

/// Moves money by procedures of two versions, which the process of a member gets one by one.
struct TransferProcedure: Sendable {
    /// What a procedure is given.
    private struct Argument: Codable, Sendable {
        let source: Int
        let target: Int
        let amount: Int
    }

    private static let name = "transfer"
    static let versions = 1...2

    let source: Int
    let target: Int
    let amount: Int
    let version: Int

    /// Calls the procedure, or gives it to the process that lacks it.
    ///
    /// - Parameter mistakesVersions: Whether each version is registered as the other one, for the test of
    ///   the checkers.
    /// - Returns: What is wrong with the answer, if anything is.
    /// - Throws: ``StoreError`` of the call, `.procedureNotFound` where it is right.
    func call(in store: TreeStore, mistakesVersions: Bool) async throws -> String? {
        let isThere = store.procedures.contains {
            $0.name == Self.name && $0.versions.contains(version)
        }
        let argument = Argument(source: source, target: target, amount: amount)
        do {
            let answer = try await store.call(
                Self.name, version: version, with: argument, as: Int.self)
            guard !isThere || answer != version else { return nil }
            return "version \(version) of a procedure was called, and "
                + (isThere ? "version \(answer) answered" : "one that is not there answered")
        } catch StoreError.Code.procedureNotFound where isThere {
            return "version \(version) of a procedure is there, and was not found"
        } catch let error as StoreError where error.code == .procedureNotFound {
            let other = Self.versions.lowerBound + Self.versions.upperBound - version
            store.register(try Self.procedure(version, saying: mistakesVersions ? other : version))
            throw error
        }
    }

    private static func procedure(_ version: Int, saying answer: Int) throws -> Procedure {
        try Procedure(name, version: version) { (transaction, argument: Argument) in
            try transaction.move(argument.amount, from: argument.source, to: argument.target)
            return answer
        }
    }
}

extension Transaction {
    /// Moves money from one account to another one, if it is there.
    fileprivate mutating func move(_ amount: Int, from source: Int, to target: Int) throws {
        let first = TransactionCall.firstBalance
        let balance = try get(TransactionCall.account(source)) ?? first
        guard balance >= amount else { return }
        let other = try get(TransactionCall.account(target)) ?? first
        try put(balance - amount, at: TransactionCall.account(source))
        try put(other + amount, at: TransactionCall.account(target))
    }
}
