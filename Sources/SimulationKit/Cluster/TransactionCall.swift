import Khepri

/// One transaction of a client, and what came of it.
indirect enum TransactionCall: Sendable {
    /// Moves money from one account to another one, if it is there.
    case transfer(from: Int, to: Int, amount: Int)
    /// Reads all accounts at once.
    case audit(ReadConsistency)
    /// Appends a number to a list, looking at another one, or to both of them.
    case append(to: Int, seeing: Int, isToBoth: Bool)
    /// Reads two lists at once.
    case read(Int, Int, ReadConsistency)
    /// Makes a transfer or an append by a procedure.
    case procedure(TransactionCall, ProcedureChoice)

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
        /// A procedure is called twice for once.
        case callsTwice
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
            case .procedure(let call, let choice):
                return try await call.answer(of: store, writing: number, by: choice, defect)
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
                return .steps(
                    try await append(number, to: [list, other], isToBoth, in: store, defect))
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
            let balances = try outside.map { view in
                try [source, target].map { try view.get(Self.account($0)) ?? Self.firstBalance }
            }
            try transaction.move(amount, from: source, to: target, having: balances)
        }
    }

    private func append(
        _ number: UInt64, to lists: [Int], _ isToBoth: Bool, in store: TreeStore,
        _ defect: Defect?
    ) async throws -> [ListTransaction.Step] {
        let outside = defect == .looksOutside ? store.view : nil
        let seen = try await store.transaction { transaction in
            let other = try outside?.numbers(in: lists[1])
            return try transaction.append(
                Self.numbers(of: number), to: lists, isToBoth, seeing: other)
        }
        return steps(seeing: seen, writing: number)
    }

    /// What an append of a number writes.
    static func numbers(of number: UInt64) -> [Int] { [2 * Int(number), 2 * Int(number) + 1] }

    /// What an append does that sees something in its two lists.
    func steps(seeing seen: [[Int]], writing number: UInt64) -> [ListTransaction.Step] {
        guard case .append(let list, let other, _) = self else { return [] }
        return zip([list, other], seen).map { .read($1, of: $0) } + appended(by: number)
    }

    /// What it appends if it is carried out.
    func appended(by number: UInt64) -> [ListTransaction.Step] {
        switch self {
        case .procedure(let call, _): return call.appended(by: number)
        case .append(let list, let other, let isToBoth):
            let steps = zip([list, other], Self.numbers(of: number)).map { list, number in
                ListTransaction.Step.append(number, to: list)
            }
            return isToBoth ? steps : Array(steps.prefix(1))
        case .transfer, .audit, .read: return []
        }
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
    /// Moves money from one account to another one, if it is there.
    ///
    /// - Parameter balances: What is in them, if not what the transaction finds: a bug on purpose.
    mutating func move(
        _ amount: Int, from source: Int, to target: Int, having balances: [Int]? = nil
    ) throws {
        let accounts = [source, target].map(TransactionCall.account)
        let balances =
            try balances
            ?? accounts.map { try get($0) ?? TransactionCall.firstBalance }
        guard balances[0] >= amount else { return }
        try put(balances[0] - amount, at: accounts[0])
        try put(balances[1] + amount, at: accounts[1])
    }

    /// Appends a number to the first of two lists, or one to each, and says what it saw in them.
    ///
    /// - Parameter other: What is in the second one, if not what the transaction finds: a bug on purpose.
    mutating func append(
        _ numbers: [Int], to lists: [Int], _ isToBoth: Bool, seeing other: [Int]? = nil
    ) throws -> [[Int]] {
        let seen = [try self.numbers(in: lists[0]), try other ?? self.numbers(in: lists[1])]
        for place in 0...(isToBoth ? 1 : 0) {
            let path = ListPlace(list: lists[place], index: seen[place].count).path
            try put(numbers[place], at: path)
        }
        return seen
    }

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
