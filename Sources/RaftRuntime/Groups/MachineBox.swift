import RaftCore

/// What the driver sees of a state machine, whatever its outputs are.
protocol AppliedMachine: AnyObject, Sendable {
    var machineVersion: UInt32 { get }
    func willApplyBatch()
    /// Applies the commands of a chunk, and keeps the outputs until ``answer(_:)``.
    func apply(_ chunk: EntryChunk)
    func didApplyBatch(through index: LogIndex)
    /// Answers those who wait for chunks that were applied; returns how many there were.
    func answer(_ chunks: [EntryChunk]) -> Int
    func capture() -> any SnapshotSource
    func restore(from reader: any SnapshotReader) throws
}

/// Joins commands with the outputs of their machine: the only place that knows the outputs' type.
final class MachineBox<Machine: StateMachine>: AppliedMachine {
    private let machine: Machine
    /// One output for each command applied since the last answer; used by the driver only.
    private let outputs = Lock<[Machine.Output]>([])

    init(_ machine: Machine) {
        self.machine = machine
    }

    var machineVersion: UInt32 { machine.machineVersion }

    func willApplyBatch() { machine.willApplyBatch() }

    func apply(_ chunk: EntryChunk) {
        outputs.withLock { outputs in
            let expected = outputs.count + chunk.entries.count
            machine.apply(chunk.entries, areLocal: !chunk.requests.isEmpty, into: &outputs)
            precondition(outputs.count == expected, "a machine gives one output per command")
        }
    }

    func didApplyBatch(through index: LogIndex) { machine.didApplyBatch(through: index) }

    func answer(_ chunks: [EntryChunk]) -> Int {
        outputs.withLock { outputs in
            var answered = 0
            var first = 0
            for chunk in chunks where chunk.kind == .command {
                answered += answer(chunk, outputs[first...])
                first += chunk.entries.count
            }
            outputs.removeAll(keepingCapacity: true)
            return answered
        }
    }

    private func answer(_ chunk: EntryChunk, _ outputs: ArraySlice<Machine.Output>) -> Int {
        var answered = 0
        var index = chunk.firstIndex
        var output = outputs.startIndex
        for request in chunk.requests {
            if request.close() {
                unsafeDowncast(request, to: MachineCommand<Machine.Output>.self)
                    .answer(outputs[output], at: index)
                answered += 1
            }
            output += 1
            index = index.successor
        }
        return answered
    }

    func capture() -> any SnapshotSource { machine.capture() }

    func restore(from reader: any SnapshotReader) throws { try machine.restore(from: reader) }
}
