import CBOR
import Testing

@testable import KhepriTree

/// A machine that applies commands as they come out of the log, and checks itself after each.
struct LeaseStore {
    var machine = TreeMachine(history: SessionID(high: 1, low: 2))
    /// What the last command changed: a path with `+`, `~` or `-` before it.
    private(set) var changes = ""
    var term: UInt64 = 1

    static func id(_ number: UInt64) -> SessionID { SessionID(high: 7, low: number) }

    private mutating func apply(_ command: DecodedCommand) throws -> OperationResult {
        let context = ApplyContext(
            revision: Revision(machine.revision.rawValue + 1), time: 1, term: term)
        let hash = machine.stateHash
        var outcome = machine.apply(command, in: context, visitLimit: 2)
        if case .visitLimitExceeded = outcome {
            #expect(machine.stateHash == hash)
            machine.checkInvariants()
            outcome = machine.apply(command, in: context)
        }
        machine.checkInvariants()
        guard case .applied(let applied) = outcome else {
            throw CommandError(.malformed, "expected that a command is applied, found \(outcome)")
        }
        changes = applied.changes.changes.map { change in
            let mark = [.created: "+", .updated: "~", .deleted: "-"][change.kind] ?? "?"
            return mark + change.path.description
        }.joined(separator: " ")
        return applied.result
    }

    @discardableResult
    mutating func apply(_ command: LeaseCommand) throws -> String {
        var writer = CBORWriter()
        command.encode(into: &writer)
        return try apply(DecodedCommand(writer.finish())).summary
    }

    @discardableResult
    mutating func apply(_ operation: TreeOperation) throws -> String {
        var writer = CBORWriter()
        try TreeCommand(operation).encode(into: &writer)
        return try apply(DecodedCommand(writer.finish())).summary
    }

    @discardableResult
    mutating func grant(_ number: UInt64) throws -> String {
        try apply(.grant(Self.id(number), milliseconds: 5_000))
    }

    @discardableResult
    mutating func put(_ path: TreePattern, _ keepWhile: KeepWhileEntry...) throws -> String {
        try apply(TreeOperation(.put(.of(1, keepWhile)), at: path))
    }

    /// The paths of all nodes but the root.
    var paths: String {
        let options = TreeOperation.Options(returning: [])
        return machine.tree.read(TreeOperation(.getMany, at: "/**", options: options)).summary
    }
}

extension KeepWhileEntry {
    static func lease(_ number: UInt64) -> KeepWhileEntry { .lease(LeaseStore.id(number)) }
}
