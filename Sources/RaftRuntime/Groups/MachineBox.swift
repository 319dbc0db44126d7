import RaftCore

/// What the driver sees of a state machine, whatever its outputs are.
protocol AppliedMachine: AnyObject, Sendable {
    var machineVersion: UInt32 { get }
    func willApplyBatch()
    /// Applies the commands of a chunk, and keeps the outputs until ``answer(_:)``.
    ///
    /// - Throws: At a command that must not be gone past; those before it are applied.
    func apply(_ chunk: EntryChunk) throws(ApplicationHalt)
    func speculate(_ entries: ArraySlice<LogEntry>, in term: Term)
    func didApplyBatch(through index: LogIndex)
    /// Answers those who still wait for chunks that were applied.
    func answer(_ chunks: [EntryChunk])
    /// Answers a question out of the state as it is.
    func answer(question: CommandRequest, at index: LogIndex)
    /// The commands and questions that the machine wants by itself.
    func takeWishes(
        now: Instant, leading term: Term?, slot: GroupSlot, ticket: () -> Ticket
    ) -> [CommandRequest]
    var nextDeadline: Instant? { get }
    func capture() -> any SnapshotSource
    func load(from reader: any SnapshotReader) throws -> LoadedMachineState
    /// Makes a command of another member, whose output is wanted as bytes.
    func makeCommand(
        _ command: ForwardedCommand, slot: GroupSlot, ticket: Ticket,
        answer: @escaping @Sendable (ForwardedOutcome) -> Void
    ) -> CommandRequest
    /// Answers a command that another member carried through.
    func answer(_ command: CommandRequest, at index: LogIndex, encodedOutput: [UInt8])
}

/// A state that was loaded and waits for its moment.
struct LoadedMachineState: Sendable {
    /// Puts it in place of the machine's state; called on the driver's thread.
    let replace: @Sendable () -> Void
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

    func apply(_ chunk: EntryChunk) throws(ApplicationHalt) {
        let halt = outputs.withLock { outputs -> ApplicationHalt? in
            var expected = outputs.count + chunk.entries.count
            var halt: ApplicationHalt?
            do throws(ApplicationHalt) {
                try machine.apply(chunk.entries, areLocal: !chunk.requests.isEmpty, into: &outputs)
            } catch {
                expected -= chunk.lastIndex.distance(from: error.index) + 1
                halt = error
            }
            precondition(outputs.count == expected, "a machine gives one output per command")
            return halt
        }
        if let halt { throw halt }
    }

    func speculate(_ entries: ArraySlice<LogEntry>, in term: Term) {
        machine.speculate(entries, in: term)
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

    func answer(question: CommandRequest, at index: LogIndex) {
        let question = unsafeDowncast(question, to: MachineCommand<Machine.Output>.self)
        if let output = machine.answer(question: question.payload) {
            question.answer(output, at: index)
        } else {
            question.answer(.overloaded)
        }
    }

    func takeWishes(
        now: Instant, leading term: Term?, slot: GroupSlot, ticket: () -> Ticket
    ) -> [CommandRequest] {
        machine.takeWishes(now: now, leading: term).map { wish in
            MachineCommand<Machine.Output>(
                .bytes(wish.payload), traits: wish.traits, slot: slot, ticket: ticket(),
                timeout: wish.timeout, completion: .callback(wish.completion))
        }
    }

    var nextDeadline: Instant? { machine.nextDeadline }

    func capture() -> any SnapshotSource { machine.capture() }

    func load(from reader: any SnapshotReader) throws -> LoadedMachineState {
        let (machine, loaded) = (machine, try machine.load(from: reader))
        return LoadedMachineState { machine.replace(by: loaded) }
    }

    func makeCommand(
        _ command: ForwardedCommand, slot: GroupSlot, ticket: Ticket,
        answer: @escaping @Sendable (ForwardedOutcome) -> Void
    ) -> CommandRequest {
        let machine = machine
        var traits = CommandTraits.isForeign
        if command.mayUseReserve { traits.insert(.mayUseReserve) }
        if command.isQuestion { traits.insert(.isQuestion) }
        return MachineCommand<Machine.Output>(
            .bytes(command.payload), traits: traits, slot: slot, ticket: ticket,
            timeout: command.timeout,
            completion: .callback { outcome in
                switch outcome {
                case .committed(let index, let output):
                    answer(.committed(index, output: machine.encode(output)))
                case .rejected(let failure): answer(.rejected(failure.forwarded))
                case .unknown(let failure): answer(.unknown(failure.forwarded))
                }
            })
    }

    func answer(_ command: CommandRequest, at index: LogIndex, encodedOutput: [UInt8]) {
        let command = unsafeDowncast(command, to: MachineCommand<Machine.Output>.self)
        do {
            command.answer(try machine.output(decoding: encodedOutput), at: index)
        } catch {
            command.answer(.appliedElsewhere(index))
        }
    }
}
