import KhepriTree
import RaftCore
import RaftRuntime

/// The state after every command that this member, as the leader of a term, has put into the log.
///
/// Nothing of it may be told to anybody before it is committed.
struct SpeculativeState {
    private let term: Term
    private var machine: TreeMachine

    /// Begins with what is applied.
    init(_ applied: TreeMachine, in term: Term) {
        machine = applied
        self.term = term
    }

    var tree: Tree { machine.tree }

    /// Whether it goes on from what is applied, in a term: entries of another term may not be what
    /// followed.
    func continues(_ applied: TreeMachine, in term: Term) -> Bool {
        self.term == term && isAhead(of: applied)
    }

    /// Whether it holds commands that are not applied.
    func isAhead(of applied: TreeMachine) -> Bool { machine.revision > applied.revision }

    /// Applies the entries that are not in it yet.
    mutating func advance(by entries: ArraySlice<LogEntry>) {
        for entry in entries where entry.index.rawValue > machine.revision.rawValue {
            // A command that only a newer version knows stops the group before what follows it.
            _ = machine.apply(
                DecodedCommand(entry.payload), in: ApplyContext(entry), wantsNodes: false)
        }
    }

    /// Gives the tree to whoever releases trees.
    mutating func end(_ reclamation: TreeReclamation) {
        reclamation.release(&machine.tree)
    }
}

extension ApplyContext {
    /// What a command is told of its entry.
    init(_ entry: LogEntry) {
        self.init(
            revision: Revision(entry.index.rawValue), time: entry.time,
            term: entry.term.rawValue, machineVersion: TreeMachine.version)
    }
}
