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
        case .transact(let client): transact(client)
        case .lease(let tenant): lease(tenant)
        case .fault: injectFault()
        case .steward: tend()
        case .watch(let watcher): watch(watcher)
        case .repair(let repair): carryOut(repair)
        }
        runTasks()
        for delivery in network.takeOutgoing() { queue.add(.delivery(delivery), at: delivery.time) }
        for client in clients.settle(&trace, noteWrite: noteWrite) {
            queue.add(.call(client: client), at: later(microseconds: 20_000))
        }
        for client in transactions.settle(&trace) {
            queue.add(.transact(client: client), at: later(microseconds: 20_000))
        }
        for tenant in tenants.settle(&trace) {
            queue.add(.lease(tenant: tenant), at: later(microseconds: 200_000))
        }
        triggers.settle()
        projections.settle()
        for (task, isDone) in steward.takeResults() { ended(task, isDone) }
        for result in keeper.settle() {
            trace.note(.kept, clock.now(), 0, result.group == nil ? 1 : 2, "\(result.task)")
        }
        let readers = watchers.settle(
            members, mayBeDeleted: keeper.mayBeDeleted, &random, noteSeen: clients.noteTold,
            noteRevision: tenants.noteTold)
        for watcher in readers { queue.add(.watch(watcher), at: later(microseconds: 50_000)) }
    }

    /// A write of a client was answered.
    private func noteWrite(
        to group: GroupID, at revision: Revision, on member: Int, isDeletion: Bool
    ) {
        if !isDeletion { triggers.noteWrite(to: group, at: revision) }
        projections.noteWrite(to: group, at: revision, on: member)
    }

    /// Lets a watcher read on, or come again if there is nothing to read from.
    private func watch(_ watcher: Int) {
        trace.note(.watched, clock.now(), watcher, 0)
        watchers.leave(keeper.gone.contains)
        guard !watchers.read(watcher, members, &random) else { return }
        queue.add(.watch(watcher), at: later(microseconds: 500_000))
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
        let stores = process.stores
        guard !stores.isEmpty, let identity = member.identity else { return }
        for store in member.note(stores) {
            trace.remark(
                clock.now(),
                "\(member.name), \(store.name): \(store.groupStatus.configuration.labels)")
        }
        triggers.attend(member)
        triggers.look(at: member, &random)
        for store in stores {
            keeper.note(store)
            projections.attend(store, on: member, &random)
            tenants.attend(store, on: member)
            witness.stood(
                store.groupStatus, stateHash: store.stateHash, of: identity, in: store.groupID)
        }
        if process.hasFailed { end(member, cuttingPower: random.isOne(in: 2)) }
    }

    private func call(_ client: Int) {
        guard let member = runningMember else {
            return queue.add(.call(client: client), at: later(microseconds: 100_000))
        }
        trace.note(.called, clock.now(), member.number, UInt64(client))
        clients.begin(client, at: member, &random)
        wake(member)
    }

    private func transact(_ client: Int) {
        guard let member = runningMember else {
            return queue.add(.transact(client: client), at: later(microseconds: 100_000))
        }
        trace.note(.begun, clock.now(), member.number, UInt64(client))
        transactions.begin(client, at: member, &random)
        wake(member)
    }

    private func lease(_ tenant: Int) {
        trace.note(.leased, clock.now(), -1, UInt64(tenant))
        switch tenants.act(tenant, members, &random) {
        case .waits: for member in members { wake(member) }
        case .comesAgain: queue.add(.lease(tenant: tenant), at: later(microseconds: 100_000))
        case .ends: break
        }
    }

    /// One of the members that have their store open.
    private var runningMember: ClusterMember? {
        let running = members.filter { $0.store != nil }
        return running.isEmpty ? nil : running[random.number(below: running.count)]
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
