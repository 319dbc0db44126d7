import CBOR
import KhepriTree
import RaftCore

/// Where the store keeps what it knows of its triggers: in nodes, so that it is replicated, in snapshots and
/// in backups like everything else.
///
/// ```
/// /.khepri/triggers               which leader's turn it is
/// /.khepri/triggers/NAME          a trigger: what it is for, and how far it is
/// /.khepri/triggers/NAME/17-0     a parked change
/// ```
enum TriggerPaths {
    /// Nodes at and below it are the library's own; triggers are not told of them.
    static let reserved = TreePath(components: [".khepri"])
    static let root = TreePath(components: [".khepri", "triggers"])
    /// Everything below the root.
    static let everything = TreePattern(root).child(where: .anyPath)

    static func path(of name: String) throws -> TreePath {
        TreePath(components: root.components + [try PathComponent(name)])
    }

    static func path(of name: String, _ event: TriggerEvent.ID) throws -> TreePath {
        let components = try path(of: name).components
        return TreePath(components: components + [try PathComponent(event.description)])
    }

    /// The name of the trigger that a node below the root is about, and of the event.
    static func parts(of path: TreePath) -> (name: String, event: TriggerEvent.ID?)? {
        guard path.components.starts(with: root.components), path.depth > root.depth else {
            return nil
        }
        let rest = path.components.dropFirst(root.depth).map(\.string)
        return (rest[0], rest.count == 2 ? TriggerEvent.ID(rest[1]) : nil)
    }
}

/// Which leader runs the triggers.
struct TriggerTurn: Codable, Sendable, Equatable {
    /// The history that the term belongs to.
    var history: String
    /// What a leader of an earlier term says is refused.
    var term: UInt64
    /// What the turn began with, until it is dealt with.
    var opening: Opening?

    /// The first event that a leader called a handler for in its turn.
    struct Opening: Codable, Sendable, Equatable {
        /// The trigger.
        var name: String
        /// The event, by its ID.
        var event: String
        /// The terms of the turns in a row that began with it, and whose leaders did not outlive them.
        var terms: [UInt64]
    }

    /// Whether it is the turn of the leader of a term.
    func isOf(_ term: Term, in history: String) -> Bool {
        self.term == term.rawValue && self.history == history
    }
}

/// A trigger as all members know it.
struct TriggerRecord: Codable, Sendable, Equatable {
    var pattern: String
    var kinds: [String]
    var priority: Int
    /// The history that the revision belongs to.
    var history: String
    /// Everything up to this revision is handled or parked.
    var handled: UInt64
}

/// An event that is put aside because its handler failed too often.
struct ParkedRecord: Codable, Sendable {
    /// The change as ``RecordedChange`` writes it; nil for a gap.
    var change: [UInt8]?
    /// For a gap, from where to where.
    var gap: [UInt64]?
    /// How often the handler failed.
    var failures: Int
    /// Why it failed last.
    var failure: String
    /// Whether it is to be tried again.
    var isDue: Bool
}

extension ParkedRecord {
    init(_ event: TriggerEvent, failures: Int, failure: String) {
        switch event.subject {
        case .change(let change):
            var writer = CBORWriter()
            change.recorded.write(to: &writer)
            self.change = writer.finish()
        case .gap(let gap): self.gap = [gap.after.rawValue, gap.through.rawValue]
        }
        self.failures = failures
        self.failure = String(failure.prefix(TriggerLimits.failureLengthMaximum))
        isDue = false
    }

    /// What is parked; nil if that cannot be read.
    var subject: TriggerEvent.Subject? {
        if let change {
            let recorded = try? change.withUnsafeBytes { try RecordedChange(reading: $0) }
            return recorded.map { .change(TreeChange($0, isLast: false)) }
        }
        guard let gap, gap.count == 2 else { return nil }
        return .gap(TriggerGap(after: Revision(gap[0]), through: Revision(gap[1])))
    }
}
