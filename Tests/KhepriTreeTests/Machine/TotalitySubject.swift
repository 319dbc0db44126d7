import CBOR

import TestSupport
@testable import KhepriTree

/// A machine that is fed random commands and checked after each.
struct TotalitySubject {
    /// What became of the commands.
    struct Counts {
        var writes = 0
        var refused = 0
        var aborted = 0
        var expired = 0
        var undecodable = 0
        var absurd = 0
        var rolledBack = 0
    }

    private(set) var counts = Counts()
    private var generator: OperationGenerator
    private var machine = TreeMachine(history: SessionID(high: 0, low: 0))
    private var revision: UInt64 = 0
    private var time: UInt64 = 0
    /// Operations made before, to be made again.
    private var pool: [TreeOperation] = []
    /// The last sequence of each session.
    private var sequences: [UInt64] = [0, 0, 0, 0]
    private var lastSession = 0
    /// The tree as it was after the last command.
    private var nodes = TotalityChecks.nodes(of: Tree())

    /// Small trees, so that all can be checked after each command.
    private static let nodesMaximum = 24

    init(random: TestRandom) {
        generator = OperationGenerator(
            random: random, names: ["a", "b", "a/b", "木", String(repeating: "x", count: 255)])
    }

    /// Applies one more command and says what is wrong then.
    mutating func step() throws -> String? {
        if machine.tree.nodeCount > Self.nodesMaximum {
            machine = TreeMachine(history: SessionID(high: 0, low: 0))
            sequences = [0, 0, 0, 0]
            nodes = TotalityChecks.nodes(of: machine.tree)
        }
        revision += UInt64.random(in: 1...3, using: &generator.random)
        time += generator.random.chance(1) ? 2_000_000 : 10
        let command = try makeCommand()
        let (hash, before) = (machine.stateHash, nodes)
        guard let outcome = apply(command) else {
            return "a limit was exceeded where there is none"
        }
        machine.checkInvariants()
        nodes = TotalityChecks.nodes(of: machine.tree)
        guard case .applied(let applied) = outcome else {
            return machine.stateHash == hash
                ? nil : "a command of a newer version changed something"
        }
        count(applied)
        return machine.revision.rawValue != revision
            ? "the revision is not that of the command"
            : TotalityChecks.fault(in: applied.changes, from: before, to: nodes, machine.tree)
                ?? TotalityChecks.fault(in: applied.result, of: applied.changes, machine.tree)
    }

    private mutating func count(_ applied: Applied) {
        if case .error(let refusal) = applied.result {
            counts.refused += 1
            if refusal.code == .sessionExpired { sequences[lastSession] = 0 }
        }
        if case .aborted = applied.result { counts.aborted += 1 }
        if !applied.changes.isEmpty { counts.writes += 1 }
        if applied.changes.changes.contains(where: { $0.deleteReason == .keepWhile }) {
            counts.expired += 1
        }
    }
}

extension TotalitySubject {
    /// A command as its bytes are read, a twentieth of them damaged, and a twentieth no bytes can be.
    private mutating func makeCommand() throws -> DecodedCommand {
        if generator.random.chance(5) {
            counts.absurd += 1
            return .command(try absurdCommand())
        }
        var writer = CBORWriter()
        if generator.random.chance(6) {
            leaseCommand().encode(into: &writer)
            return damagedOrNot(writer.finish())
        }
        try TreeCommand(try makeOperation(), session: session()).encode(into: &writer)
        return damagedOrNot(writer.finish())
    }

    private mutating func damagedOrNot(_ bytes: [UInt8]) -> DecodedCommand {
        var bytes = bytes
        if generator.random.chance(6) { damage(&bytes) }
        let command = DecodedCommand(bytes)
        switch command {
        case .command, .lease: break
        case .catalogue, .report, .malformed, .needsNewerVersion: counts.undecodable += 1
        }
        return command
    }

    /// Mostly a grant, so that there are leases; the end of another term changes nothing.
    private mutating func leaseCommand() -> LeaseCommand {
        let id = aimedLease()
        return switch Int.random(in: 0..<5, using: &generator.random) {
        case 0: .revoke(id)
        case 1: .expire(id, term: generator.random.chance(50) ? 0 : 1)
        default: .grant(id, milliseconds: generator.random.chance(95) ? 5_000 : 1)
        }
    }

    private mutating func aimedLease() -> SessionID {
        SessionID(high: 1, low: .random(in: 0..<4, using: &generator.random))
    }

    private mutating func makeOperation() throws -> TreeOperation {
        if pool.count > 50, generator.random.chance(15) {
            return pool[Int.random(in: 0..<pool.count, using: &generator.random)]
        }
        var made = try generator.operation()
        // A small tree is let grow, and reads are rare.
        while made.kind.isRead && generator.random.chance(70)
            || nodes.count < 10 && [.delete, .deleteMany].contains(made.kind)
        {
            made = try generator.operation()
        }
        let operation = try aimed(made)
        if pool.count == 200 { pool.removeFirst() }
        pool.append(operation)
        return operation
    }

    /// The operation, most often at nodes that are there or could be.
    private mutating func aimed(_ operation: TreeOperation) throws -> TreeOperation {
        var parts = OperationParts(of: operation.kind)
        if parts.keepWhile != nil, generator.random.chance(80) {
            parts.keepWhile = (0..<Int.random(in: 0...2, using: &generator.random)).map { _ in
                aimedEntry()
            }
        }
        if parts.expected != nil, generator.random.chance(50) { parts.expected = .anything }
        if parts.source != nil, generator.random.chance(80) { parts.source = aimedPath() }
        parts.operations = try parts.operations.map { try aimed($0) }
        let isAimed = parts.code.fields.contains(.path) && generator.random.chance(92)
        var path = isAimed ? TreePattern(aimedPath()) : operation.path
        if isAimed, !path.components.isEmpty, generator.random.chance(15) {
            let place = Int.random(in: 0..<path.components.count, using: &generator.random)
            path.components[place] = try generator.condition(depth: 2)
        }
        return TreeOperation(try parts.kind(), at: path, options: operation.options)
    }

    private mutating func aimedPath() -> TreePath {
        let place = Int.random(in: 0..<nodes.count, using: &generator.random)
        let path = nodes[place].0
        guard path.depth < 4, generator.random.chance(50) else { return path }
        return path.child(["a", "b", "c"][Int.random(in: 0..<3, using: &generator.random)])
    }

    private mutating func aimedEntry() -> KeepWhileEntry {
        let limit = UInt64.random(in: 1...3, using: &generator.random)
        let conditions: [NodeCondition] = [
            .exists(true), .exists(false), .hasPayload(true), .number(.childCount, .lt, limit),
            .number(.payloadVersion, .le, limit), .number(.childListVersion, .lt, limit),
        ]
        let condition = conditions[Int.random(in: 0..<6, using: &generator.random)]
        if generator.random.chance(25) { return .lease(aimedLease()) }
        switch Int.random(in: 0..<5, using: &generator.random) {
        case 0: return .itself(condition)
        case 1: return .parent(condition)
        case 2: return .pattern(TreePattern(aimedPath()).appending("/*"), condition)
        default: return .path(aimedPath(), condition)
        }
    }

    /// Mostly the next command of one of a few sessions, else one that was sent before or never will.
    private mutating func session() -> TreeCommand.Session? {
        guard generator.random.chance(20) else { return nil }
        let id = Int.random(in: 0..<sequences.count, using: &generator.random)
        lastSession = id
        let next = sequences[id] + 1
        let isNext = generator.random.chance(80)
        let sequence = isNext ? next : .random(in: 1...next + 1, using: &generator.random)
        sequences[id] = isNext ? next : sequences[id]
        if generator.random.chance(2) { sequences[id] = 0 }
        return TreeCommand.Session(
            id: SessionID(high: 0, low: UInt64(id)), sequence: sequence,
            lowestUnanswered: sequence > 4 ? sequence - 4 : 1)
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0...Int.random(in: 0...3, using: &generator.random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator.random)
            switch Int.random(in: 0..<3, using: &generator.random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator.random)
            case 1: bytes[place] = .random(in: 0...255, using: &generator.random)
            default: bytes.removeSubrange(place...)
            }
        }
    }

    /// A command that no decoder would let through.
    private mutating func absurdCommand() throws -> TreeCommand {
        let number = UInt64.random(in: 0...UInt64.max, using: &generator.random)
        let session = TreeCommand.Session(
            id: SessionID(high: 0, low: 0), sequence: generator.random.chance(50) ? 0 : .max,
            lowestUnanswered: number)
        return TreeCommand(
            try absurdOperation(), session: generator.random.chance(20) ? session : nil)
    }

    private mutating func absurdOperation() throws -> TreeOperation {
        let inner = try makeOperation()
        let long = Array(repeating: NodeCondition.named("a"), count: 64)
        let far = KeepWhileEntry(
            .relative(up: generator.random.chance(50) ? .min : .max, TreePattern(components: long)),
            try generator.condition(depth: 2))
        let write = TreeOperation.Write(payload: .integer(1), keepWhile: [far, far])
        switch Int.random(in: 0..<8, using: &generator.random) {
        case 0:
            return TreeOperation(
                .transaction(readOnly: false, [inner, TreeOperation(.dump), inner]))
        case 1:
            let nested = TreeOperation(.transaction(readOnly: true, [inner]))
            return TreeOperation(.transaction(readOnly: false, [nested, inner]))
        case 2: return TreeOperation(.abort(reason: .integer(1)), at: inner.path)
        case 3: return TreeOperation(.abortIfError(reason: .integer(1)))
        case 4: return TreeOperation(.put(write), at: try generator.pattern())
        case 5: return TreeOperation(.putMany(write), at: "/*")
        case 6: return TreeOperation(.getMany, at: TreePattern(components: long + [.anyPath]))
        default: return TreeOperation(.move(from: .root, overwrite: true), at: inner.path)
        }
    }

    /// Applies a command, half of the time first within a limit; nil when that never ends.
    private mutating func apply(_ command: DecodedCommand) -> ApplyOutcome? {
        let limit =
            generator.random.chance(50) ? Int.random(in: 0...12, using: &generator.random) : nil
        let context = ApplyContext(revision: Revision(revision), time: time)
        let outcome = machine.apply(command, in: context, visitLimit: limit)
        guard case .visitLimitExceeded = outcome else { return outcome }
        counts.rolledBack += 1
        machine.checkInvariants()
        let isUntouched = TotalityChecks.nodes(of: machine.tree).elementsEqual(nodes, by: ==)
        precondition(isUntouched, "a command that exceeded its limit changed something")
        let again = machine.apply(command, in: context)
        if case .visitLimitExceeded = again { return nil }
        return again
    }
}
