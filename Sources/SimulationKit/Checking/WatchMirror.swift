/// What one reader of changes knows of the nodes it watches, if each change is told once, in order, and
/// none is left out: then each tells of a node before it what the reader has of it.
struct WatchMirror: Sendable {
    /// A node, as far as a watch is concerned.
    struct Image: Sendable, Hashable {
        let content: Int?
        let payloadVersion: UInt64
        let modifiedRevision: UInt64
    }

    /// One change, as it was told.
    struct Change: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            /// A node that was there when the watch began.
            case present
            case created, updated, deleted
        }

        let kind: Kind
        let path: String
        let revision: UInt64
        let resumePoint: UInt64?
        let old: Image?
        let new: Image?
    }

    /// Whether a node in a state is watched.
    private let concerns: @Sendable (Image) -> Bool
    /// From where to go on; nil while what is there is listed, and before.
    private(set) var revision: UInt64?
    private(set) var nodes: [String: Image] = [:]
    /// What was told since ``revision``.
    private var unfinished: [Change] = []

    init(concerns: @escaping @Sendable (Image) -> Bool = { _ in true }) {
        self.concerns = concerns
    }

    /// Takes a change in.
    ///
    /// - Returns: All changes of its revision, if it is the last one.
    /// - Throws: ``Fault`` if it cannot come next.
    mutating func take(_ change: Change) throws(Fault) -> [Change] {
        if change.kind == .present {
            try list(change)
            return []
        }
        try check(change)
        unfinished.append(change)
        guard change.resumePoint == change.revision else { return [] }
        for change in unfinished { nodes[change.path] = change.new.flatMap { watched($0) } }
        defer { unfinished = [] }
        revision = change.revision
        return unfinished
    }

    /// Forgets what was told of a revision whose end was not.
    mutating func rewind() {
        unfinished = []
        if revision == nil { nodes = [:] }
    }

    /// Whether something was told of which the end is missing.
    var isAmidst: Bool { !unfinished.isEmpty || revision == nil && !nodes.isEmpty }

    private func watched(_ image: Image) -> Image? { concerns(image) ? image : nil }

    private mutating func list(_ change: Change) throws(Fault) {
        guard revision == nil, unfinished.isEmpty else {
            throw Fault("a node is listed after changes", change)
        }
        guard let new = change.new, change.old == nil, concerns(new) else {
            throw Fault("what is listed is not a watched node", change)
        }
        guard nodes.updateValue(new, forKey: change.path) == nil else {
            throw Fault("a node is listed twice", change)
        }
        revision = change.resumePoint
    }

    private func check(_ change: Change) throws(Fault) {
        if let revision, change.revision <= revision { throw Fault("told before", change) }
        if let last = unfinished.last {
            guard last.revision == change.revision else {
                throw Fault("the end of revision \(last.revision) is not told", change)
            }
            guard last.path.utf8.lexicographicallyPrecedes(change.path.utf8) else {
                throw Fault("not in the order of paths", change)
            }
        }
        guard [change.revision, change.revision - 1].contains(change.resumePoint) else {
            throw Fault("another resume point was expected", change)
        }
        let isOfKind =
            switch change.kind {
            case .present: false
            case .created: change.old == nil && change.new != nil
            case .updated: change.old != nil && change.new != nil
            case .deleted: change.old != nil && change.new == nil
            }
        guard isOfKind, change.old.map(concerns) ?? false || change.new.map(concerns) ?? false
        else { throw Fault("not a change of a watched node", change) }
        guard nodes[change.path] == change.old.flatMap({ watched($0) }) else {
            let known = nodes[change.path].map { "\($0)" } ?? "nothing"
            throw Fault("a change before was not told: \(known) is known", change)
        }
    }

    /// Why a change cannot come next.
    struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ reason: String, _ change: Change) { description = "\(reason): \(change)" }
    }
}
