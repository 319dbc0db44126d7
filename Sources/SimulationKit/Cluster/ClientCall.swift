import Khepri

/// One call of a client to a store, and what came of it.
enum ClientCall: Sendable {
    case read(ReadConsistency)
    /// Reads two registers that are always written together.
    case readPair
    case put
    case create
    case compareAndSwap(expected: Int)
    case delete
    /// Writes a register and both of the pair.
    case batch
    /// Counts in the payload version of the counter, by two each time it is applied.
    case count

    enum Answer: Sendable {
        /// What a register held, and since when; nil for an empty one.
        case found(Int?, since: Revision?)
        case foundPair(Int?, Int?)
        /// A write was carried out, or its condition does not hold.
        case done(Bool, at: Revision?)
        case unknown
        /// A write was not carried out and never will be, or a read was not.
        case refused
    }

    static let pair: [TreePath] = ["/pair/left", "/pair/right"]

    /// All that clients write, and nothing of what triggers keep, whose payloads are no numbers.
    static let everything = TreePattern.root.child(where: !.named(".khepri"))
        .child(where: .anyPath)

    static func path(of key: Int) -> TreePath { "/registers/\(key)" }

    /// Whether what a node holds is the number of the call that wrote it.
    static func isWritten(_ path: String) -> Bool {
        path.hasPrefix("/registers/") || path.hasPrefix("/pair/")
    }

    /// Makes the call.
    func answer(of store: TreeStore, _ key: Int, writing number: UInt64) async -> Answer {
        let path = Self.path(of: key)
        let new = Int(number)
        do {
            switch self {
            case .read(let consistency):
                let node = try await store.node(at: path, as: Int.self, consistency: consistency)
                return .found(node?.value, since: node?.modifiedRevision)
            case .readPair:
                let view = store.view
                return .foundPair(try view.get(Self.pair[0]), try view.get(Self.pair[1]))
            case .put: return .done(true, at: try await store.put(new, at: path).modifiedRevision)
            case .create:
                return .done(true, at: try await store.create(new, at: path).modifiedRevision)
            case .compareAndSwap(let expected):
                let receipt = try await store.compareAndSwap(expected, with: new, at: path)
                return .done(true, at: receipt.modifiedRevision)
            case .delete: return .done(true, at: try await store.delete(path).revision)
            case .batch:
                let revision = try await store.batch { batch in
                    try batch.put(new, at: path)
                    for path in Self.pair { try batch.put(new, at: path) }
                }
                return .done(true, at: revision)
            case .count:
                let revision = try await store.batch { batch in
                    // Never what is there, so that each of the two is a change.
                    for content in [-new, new] { try batch.put(content, at: path) }
                }
                return .done(true, at: revision)
            }
        } catch {
            return Self.answer(for: error)
        }
    }

    private static func answer(for error: any Error) -> Answer {
        guard let error = error as? StoreError else { return .unknown }
        switch error.code {
        case .conditionFailed, .nodeNotFound: return .done(false, at: nil)
        case .resultUnavailable: return .done(true, at: nil)
        default: return error.mayHaveBeenApplied ? .unknown : .refused
        }
    }
}
