import Khepri

/// One transaction of a client, and what came of it.
enum TransactionCall: Sendable {
    /// Moves money from one account to another one, if it is there.
    case transfer(from: Int, to: Int, amount: Int)
    /// The same by a procedure.
    case procedure(TransferProcedure)
    /// Reads all accounts at once.
    case audit(ReadConsistency)
    /// Appends a number to a list, looking at another one, or to both of them.
    case append(to: Int, seeing: Int, isToBoth: Bool)
    /// Reads two lists at once.
    case read(Int, Int, ReadConsistency)

    enum Answer: Sendable {
        /// What is in each account.
        case balances([Int])
        /// What was appended, and what was seen.
        case steps([ListTransaction.Step])
        case done
        case unknown
        /// Nothing of it was carried out or ever will be.
        case refused
        /// It is not what it must be.
        case wrong(String)
    }

    static let accountCount = 3
    /// What is in an account that nobody has used yet.
    static let firstBalance = 100

    static func account(_ number: Int) -> TreePath { "/accounts/\(number)" }

    /// What a call does apart from what it should, for the test of the checkers.
    enum Defect: Sendable {
        /// A transfer or an append looks at a snapshot, and nobody finds out that it has changed.
        case looksOutside
        /// What must be fresh is read from what is applied.
        case isStale
        /// A version of a procedure is taken for the other one.
        case mistakesVersions
    }

    /// Makes the call.
    func answer(
        of store: TreeStore, writing number: UInt64, _ defect: Defect?
    ) async -> Answer {
        do {
            switch self {
            case .transfer(let source, let target, let amount):
                try await transfer(in: store, source, target, amount, defect)
                return .done
            case .procedure(let procedure):
                let fault = try await procedure.call(
                    in: store, mistakesVersions: defect == .mistakesVersions)
                return fault.map { .wrong($0) } ?? .done
            case .audit(let consistency):
                return .balances(
                    try await store.transaction(
                        consistency: defect == .isStale ? .local : consistency
                    ) { transaction in
                        try (0..<Self.accountCount).map {
                            try transaction.get(Self.account($0)) ?? Self.firstBalance
                        }
                    })
            case .append(let list, let other, let isToBoth):
                let numbers = [2 * Int(number), 2 * Int(number) + 1]
                return .steps(
                    try await append(numbers, to: [list, other], isToBoth, in: store, defect))
            case .read(let one, let other, let consistency):
                return .steps(
                    try await store.transaction(
                        consistency: defect == .isStale ? .local : consistency
                    ) { transaction in
                        try [one, other].map { .read(try transaction.numbers(in: $0), of: $0) }
                    })
            }
        } catch let error as StoreError where !error.mayHaveBeenApplied {
            return .refused
        } catch {
            return .unknown
        }
    }

    private func transfer(
        in store: TreeStore, _ source: Int, _ target: Int, _ amount: Int, _ defect: Defect?
    ) async throws {
        let outside = defect == .looksOutside ? store.view : nil
        try await store.transaction { transaction in
            var balances: [Int] = []
            for path in [source, target].map(Self.account) {
                let found =
                    try outside.map { try $0.get(path, as: Int.self) }
                    ?? transaction.get(path, as: Int.self)
                balances.append(found ?? Self.firstBalance)
            }
            guard balances[0] >= amount else { return }
            try transaction.put(balances[0] - amount, at: Self.account(source))
            try transaction.put(balances[1] + amount, at: Self.account(target))
        }
    }

    private func append(
        _ numbers: [Int], to lists: [Int], _ isToBoth: Bool, in store: TreeStore,
        _ defect: Defect?
    ) async throws -> [ListTransaction.Step] {
        let outside = defect == .looksOutside ? store.view : nil
        return try await store.transaction { transaction in
            let seen = try transaction.numbers(in: lists[0])
            let other = try outside?.numbers(in: lists[1]) ?? transaction.numbers(in: lists[1])
            var steps: [ListTransaction.Step] = [
                .read(seen, of: lists[0]), .read(other, of: lists[1]),
            ]
            for (list, (number, seen)) in zip(lists, zip(numbers, [seen, other]))
            where isToBoth || list == lists[0] {
                let place = ListPlace(list: list, index: seen.count)
                try transaction.put(number, at: place.path)
                steps.append(.append(number, to: list))
            }
            return steps
        }
    }

    /// What it appends if it is carried out.
    func appended(by number: UInt64) -> [ListTransaction.Step] {
        guard case .append(let list, let other, let isToBoth) = self else { return [] }
        let first = ListTransaction.Step.append(2 * Int(number), to: list)
        return isToBoth ? [first, .append(2 * Int(number) + 1, to: other)] : [first]
    }
}

/// A number of a list: a node each, so that what is read is a pattern and what is appended a new match.
private struct ListPlace {
    let list: Int
    let index: Int

    /// The names of a list's nodes are in the order of their places.
    var path: TreePath { "/lists/\(list)/\(100_000 + index)" }

    static func pattern(of list: Int) -> TreePattern { "/lists/\(list)/*" }
}

extension Transaction {
    /// What a list holds.
    fileprivate mutating func numbers(in list: Int) throws -> [Int] {
        try nodes(matching: ListPlace.pattern(of: list), as: Int.self).compactMap(\.value)
    }
}

extension TreeView {
    /// What a list holds.
    func numbers(in list: Int) throws -> [Int] {
        try nodes(matching: ListPlace.pattern(of: list), as: Int.self).compactMap(\.value)
    }
}
