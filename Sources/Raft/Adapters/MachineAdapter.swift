import RaftCore
import RaftRuntime

/// Gives a user's value the shape of the machine that the runtime applies a log to.
final class MachineAdapter<Machine: StateMachine>: RaftRuntime.StateMachine {
    private let state = Lock(Machine())

    /// Runs a short piece of code with the state; nothing is applied meanwhile.
    func read<Result: Sendable>(_ body: (Machine) throws -> Result) rethrows -> Result {
        try state.withLock { try body($0) }
    }

    var machineVersion: UInt32 { Machine.version }

    func willApplyBatch() {}

    func apply(
        _ commands: ArraySlice<LogEntry>, areLocal: Bool, into outputs: inout [Machine.Output]
    ) {
        outputs += state.withLock { state in
            commands.map {
                state.apply($0.payload, in: ApplyContext(index: $0.index, time: $0.time))
            }
        }
    }

    func didApplyBatch(through index: LogIndex) {}

    func capture() -> any SnapshotSource {
        CapturedState(state.withLock { $0 })
    }

    func load(from reader: any SnapshotReader) throws -> Machine {
        let version = reader.metadata.machineVersion
        guard version <= Machine.version else {
            throw RaftError(
                .storageFailed,
                "the snapshot is of version \(version) of the machine, this is \(Machine.version)")
        }
        var bytes: [UInt8] = []
        while let chunk = try reader.next() { bytes += chunk }
        return try Machine(encoded: bytes)
    }

    func replace(by loaded: Machine) {
        state.withLock { $0 = loaded }
    }

    func encode(_ output: Machine.Output) -> [UInt8] { output.encoded }

    func output(decoding bytes: [UInt8]) throws -> Machine.Output {
        try Machine.Output(encoded: bytes)
    }
}

/// A copy of a state, encoded by whoever reads it first.
private final class CapturedState<Machine: StateMachine>: SnapshotSource {
    private enum Progress {
        case captured(Machine)
        case encoded(ArraySlice<UInt8>)
    }

    private let progress: Lock<Progress>

    init(_ state: Machine) { progress = Lock(.captured(state)) }

    func next(byteLimit: Int) throws -> [UInt8]? {
        progress.withLock { progress in
            var rest: ArraySlice<UInt8>
            switch progress {
            case .captured(let state): rest = state.encoded[...]
            case .encoded(let bytes): rest = bytes
            }
            let piece = rest.prefix(byteLimit)
            rest = rest.dropFirst(byteLimit)
            progress = .encoded(rest)
            return piece.isEmpty ? nil : Array(piece)
        }
    }
}
