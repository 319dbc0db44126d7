import RaftCore

// Groups: opening them, stepping their cores, carrying out effects.
extension HostRounds {
    /// Takes a loaded group in, and lets its core begin.
    func open(_ opening: GroupOpening<Machine>) {
        guard shutdown == .none else {
            return opening.completion.complete(.failure(RequestFailure.shuttingDown))
        }
        if let failure = log.failure {
            return opening.completion.complete(.failure(RequestFailure.storageFailed(failure)))
        }
        switch opening.loaded {
        case .failure(let error): opening.completion.complete(.failure(error))
        case .success(let loaded):
            guard !groups.contains(where: { $0.id == loaded.description.id }) else {
                let error = LogDeviceError(.invalid, "group \(loaded.description.name) is open")
                return opening.completion.complete(.failure(error))
            }
            makeGroup(loaded).openWaiters.append(opening.completion)
        }
    }

    private func makeGroup(_ loaded: LoadedGroup<Machine>) -> Group {
        let slot = GroupSlot(rawValue: groups.count)
        let handle = RaftGroup(
            id: loaded.description.id, machine: loaded.description.machine, slot: slot,
            inbox: inbox,
            tickets: tickets, options: options, applied: loaded.state.snapshot.index)
        let group = Group(loaded, slot: slot, handle: handle, now: now)
        groups.append(group)
        if loaded.isNew {
            log.gathering.batch.writes.append(
                (group: group.id, write: .openGroup(name: loaded.description.name)))
        }
        if let configuration = loaded.description.bootstrap, loaded.state == RecoveredState() {
            group.step(.bootstrap(configuration), now: now)
        }
        if log.space == .full { group.step(.storageSpace(.full), now: now) }
        return group
    }

    /// Does what a group has to do now; false if that was nothing.
    func advance(_ group: Group) -> Bool {
        if let deadline = group.server.nextDeadline, deadline <= now {
            group.step(.tick, now: now)
        }
        proposeBacklog(of: group)
        askReads(of: group)
        let hadEffects = carryOutEffects(of: group)
        let hasApplied = applySlice(of: group)
        answerOpeners(of: group)
        return hadEffects || hasApplied
    }

    /// Asks the core once for all reads that have arrived.
    private func askReads(of group: Group) {
        guard !group.newReads.isEmpty else { return }
        let id = ReadID(group.nextToken())
        group.unconfirmedReads.append(UnconfirmedReads(id: id, waiters: group.newReads))
        group.newReads.removeAll(keepingCapacity: true)
        group.step(.read(id), now: now)
    }

    @discardableResult
    func carryOutEffects(of group: Group) -> Bool {
        guard !group.effects.isEmpty else { return false }
        // The group gets an empty buffer, so that nothing it adds meanwhile is lost.
        swap(&effects, &group.effects)
        for effect in effects { carryOut(effect, of: group) }
        effects.removeAll()
        return true
    }

    private func carryOut(_ effect: RaftEffect, of group: Group) {
        switch effect {
        case .write(let sequence, let write): gather(write, sequence, of: group)
        case .apply(let range): group.applyTarget = range.upperBound
        case .rejected(let token, let refusal): reject(token, refusal, of: group)
        case .readReady(let read, let index): confirm(read, .success(index), of: group)
        case .readFailed(let read, let refusal):
            confirm(read, .failure(RequestFailure(refusal, logError: log.failure)), of: group)
        case .compact(let index): retire(through: index, of: group)
        case .roleChanged(let role, let term): group.observer(.roleChanged(role, term))
        case .leaderChanged(let member, let term): group.observer(.leaderChanged(member, term))
        }
    }

    private func reject(_ token: ProposalToken, _ refusal: Refusal, of group: Group) {
        var proposal = group.takeStaged(token)
        let failure = RequestFailure(refusal, logError: log.failure)
        for index in proposal.commands.indices {
            finish(&proposal.commands[index].waiter, .rejected(failure))
        }
    }

    private func confirm(_ read: ReadID, _ outcome: ReadOutcome, of group: Group) {
        guard let place = group.unconfirmedReads.firstIndex(where: { $0.id == read }) else {
            preconditionFailure("the core answered a read twice")
        }
        var reads = group.unconfirmedReads.remove(at: place)
        for index in reads.waiters.indices where reads.waiters[index].isWaiting {
            switch outcome {
            case .success(let readIndex): wait(group, readIndex, reads.waiters[index])
            case .failure: finish(&reads.waiters[index], outcome)
            }
        }
    }

    /// Tells those who opened the group that it can serve: a sole voter once it leads and has applied
    /// its own first entry, any other once it has loaded.
    private func answerOpeners(of group: Group) {
        guard !group.openWaiters.isEmpty else { return }
        let server = group.server
        let isAlone = server.configuration.isSoleVoter(server.id)
        guard !isAlone || (server.isReady && group.replayEnd == nil) else { return }
        group.publish()
        for completion in group.openWaiters { completion.complete(.success(group.handle)) }
        group.openWaiters = []
    }
}

extension GroupState {
    /// Takes a proposal out that the core has answered.
    func takeStaged(_ token: ProposalToken) -> StagedProposal<Output> {
        guard let place = staged.firstIndex(where: { $0.token == token }) else {
            preconditionFailure("the core answered a proposal twice")
        }
        return staged.remove(at: place)
    }

    func forEachDeadline(_ body: (Deadline) -> Void) {
        for command in backlog { body(command.waiter.deadline) }
        for chunk in chunks {
            for waiter in chunk.waiters where waiter.isWaiting { body(waiter.deadline) }
        }
        for waiter in newReads { body(waiter.deadline) }
        for reads in unconfirmedReads {
            for waiter in reads.waiters where waiter.isWaiting { body(waiter.deadline) }
        }
        for wait in appliedWaiters { body(wait.waiter.deadline) }
    }

    /// Shows the group's standing to other threads.
    func publish() {
        var status = GroupStatus()
        status.role = server.role
        status.term = server.term
        status.leader = server.leader
        status.lastPosition = server.lastPosition
        status.persistedIndex = server.persistedIndex
        status.commitIndex = server.commitIndex
        status.appliedIndex = server.appliedIndex
        status.snapshotPosition = server.snapshotPosition
        status.logBytesSinceSnapshot = snapshots.logBytes
        status.snapshotBytes = snapshots.snapshotBytes
        status.configuration = server.configuration
        handle.publish(status)
    }
}
