import RaftCore

/// What the driver sees of a state machine, whatever its outputs are.
protocol AppliedMachine: AnyObject, Sendable {
    var machineVersion: UInt32 { get }
    func willApplyBatch()
    /// Applies the commands of a chunk, and keeps the outputs until ``answer(_:)``.
    func apply(_ chunk: EntryChunk)
    func didApplyBatch(through index: LogIndex)
    /// Answers those who still wait for chunks that were applied.
    func answer(_ chunks: [EntryChunk])
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

    func answer(_ chunks: [EntryChunk]) {
        outputs.withLock { outputs in
            var first = 0
            for chunk in chunks where chunk.kind == .command {
                answer(chunk, outputs[first...])
                first += chunk.entries.count
            }
            outputs.removeAll(keepingCapacity: true)
        }
    }

    private func answer(_ chunk: EntryChunk, _ outputs: ArraySlice<Machine.Output>) {
        var place = outputs.startIndex
        var index = chunk.firstIndex
        for request in chunk.requests {
            if request.close() {
                unsafeDowncast(request, to: MachineCommand<Machine.Output>.self)
                    .answer(outputs[place], at: index)
            }
            place += 1
            index = index.successor
        }
    }

    func capture() -> any SnapshotSource { machine.capture() }

    func restore(from reader: any SnapshotReader) throws { try machine.restore(from: reader) }
}
