import Khepri
import RaftCore
import RaftRuntime

// One event after the other.
extension ClusterRun {
    func step() {
        guard let (time, event) = queue.popFirst() else {
            return fail("nothing will ever happen again")
        }
        clock.advance(to: time)
        switch event {
        case .delivery(let delivery): deliver(delivery)
        case .drain(let number): drain(members[number])
        case .call(let client): call(client)
        case .fault: injectFault()
        case .steward: tend()
        case .repair(let repair): carryOut(repair)
        }
        runTasks()
        for delivery in network.takeOutgoing() { queue.add(.delivery(delivery), at: delivery.time) }
        for client in clients.settle(&trace) {
            queue.add(.call(client: client), at: later(microseconds: 20_000))
        }
        for (task, isDone) in steward.takeResults() { ended(task, isDone) }
    }

    /// Lets all tasks go on that can.
    func runTasks() {
        while executor.runNext() {}
        for member in members {
            member.noteOpening()
            if let error = member.process?.error { opened(member, error) }
        }
    }

    private func deliver(_ delivery: SimulatedNetwork.Delivery) {
        let node = delivery.envelope.receiver.node
        let receiver = members.first { $0.identity?.node == node }
        let isTaken = network.deliver(delivery)
        trace.note(
            isTaken ? .delivered : .lost, clock.now(), receiver?.number ?? -1,
            delivery.envelope.sender.node)
        if isTaken, let receiver { wake(receiver) }
    }

    private func drain(_ member: ClusterMember) {
        // A drain that was planned for later is void when another came first.
        guard member.nextDrain == clock.now() else { return }
        member.nextDrain = nil
        guard !member.isPaused, let process = member.process else { return }
        trace.note(.drained, clock.now(), member.number, 0)
        let deadline = process.drain(&random, isDiskStuck: member.isDiskStuck)
        observe(member, process)
        guard member.process != nil, let deadline else { return }
        let time = member.clock.worldTime(of: deadline)
        schedule(member, at: max(time, later(microseconds: member.stepMicroseconds)))
    }

    /// Looks at a member after one of its steps.
    private func observe(_ member: ClusterMember, _ process: StoreProcess) {
        if member.disk.isHalted { return end(member, cuttingPower: true) }
        guard let store = process.store, let identity = member.identity else { return }
        let status = store.groupStatus
        member.configuration = status.configuration
        witness.stood(status, stateHash: store.stateHash, of: identity, in: store.groupID)
        if store.logFailure != nil { end(member, cuttingPower: random.isOne(in: 2)) }
    }

    private func call(_ client: Int) {
        let running = members.filter { $0.store != nil }
        guard !running.isEmpty else {
            return queue.add(.call(client: client), at: later(microseconds: 100_000))
        }
        let member = running[random.number(below: running.count)]
        trace.note(.called, clock.now(), member.number, UInt64(client))
        clients.begin(client, at: member, &random)
        wake(member)
    }

    /// Lets a member work soon.
    func wake(_ member: ClusterMember) {
        schedule(member, at: later(microseconds: member.stepMicroseconds))
    }

    private func schedule(_ member: ClusterMember, at time: Instant) {
        if let planned = member.nextDrain, planned <= time { return }
        member.nextDrain = time
        queue.add(.drain(member: member.number), at: time)
    }

    /// Some time from now.
    func later(microseconds: Int) -> Instant {
        clock.now().advanced(byNanoseconds: UInt64(1 + random.number(below: microseconds)) * 1_000)
    }
}
