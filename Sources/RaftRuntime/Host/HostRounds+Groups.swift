import RaftCore

// Groups: opening them, stepping their cores, carrying out effects.
extension HostRounds {
    /// Takes a loaded group in, and lets its core begin.
    func open(_ opening: GroupOpening) {
        if let failure = log.failure {
            return opening.completion.complete(.failure(RequestFailure.storageFailed(failure)))
        }
        guard shutdown == .none else {
            return opening.completion.complete(.failure(RequestFailure.shuttingDown))
        }
        switch opening.loaded {
        case .failure(let error): opening.completion.complete(.failure(error))
        case .success(let loaded) where groupsByID[loaded.source.id] != nil:
            let error = LogDeviceError(.invalid, "group \(loaded.source.name) is open already")
            opening.completion.complete(.failure(error))
        case .success(let loaded):
            if groups.isEmpty, ports.log.isShortOfSpace { setSpace(.full) }
            begin(loaded).opener = opening.completion
        }
    }

    private func begin(_ loaded: LoadedGroup) -> GroupState {
        let handle = GroupHandle(
            slot: GroupSlot(rawValue: slots.count), applied: loaded.state.snapshot.index)
        let group = GroupState(loaded, handle: handle, options: options, now: now)
        groups.append(group)
        slots.append(group)
        groupsByID[group.id] = group
        closed.remove(group.id)
        if loaded.isNew {
            let write = LogWrite.openGroup(name: loaded.source.name)
            log.gathering.batch.writes.append((group: group.id, write: write))
        }
        if loaded.source.recoversAsSoleVoter {
            group.step(.recoverAsSoleVoter, now: now)
        } else if let configuration = loaded.source.bootstrap, loaded.state.isBlank {
            group.step(.bootstrap(configuration), now: now)
        }
        if log.space == .full { group.step(.storageSpace(.full), now: now) }
        return group
    }

    /// Does what a group has to do now, but for applying; false if that was nothing.
    func advance(_ group: GroupState) -> Bool {
        if let deadline = group.server.nextDeadline, deadline <= now {
            group.step(.tick, now: now)
        }
        if let pause = group.forwarding.pausedUntil, pause <= now {
            group.forwarding.pausedUntil = nil
        }
        resumeChangesIfCommitted(of: group)
        followMembers(group)
        proposeBacklog(of: group)
        askReads(of: group)
        return carryOutEffects(of: group)
    }

    /// Asks the core once for all reads that have arrived.
    private func askReads(of group: GroupState) {
        guard group.forwarding.pausedUntil == nil else { return }
        if group.server.role == .leader { takeQuestions(of: group) }
        guard !group.newReads.isEmpty else { return }
        let id = ReadID(group.nextNumber())
        group.unconfirmedReads.append(UnconfirmedReads(id: id, reads: group.newReads))
        group.newReads.removeAll(keepingCapacity: true)
        group.step(.read(id), now: now)
    }

    /// Stops a group on this member for good: to the others it is as if its host were gone.
    ///
    /// What readers see of its machine stays.
    func halt(_ group: GroupState, _ failure: RequestFailure) {
        group.failure = failure
        group.step(.persistFailed, now: now)
        carryOutEffects(of: group)
        group.observer(.halted(failure))
        group.failOpener(failure)
        failAll(of: group, failure)
    }

    @discardableResult
    func carryOutEffects(of group: GroupState) -> Bool {
        guard !group.effects.isEmpty else { return false }
        // The group gets an empty buffer, so that nothing it adds meanwhile is lost.
        swap(&effects, &group.effects)
        for effect in effects { carryOut(effect, of: group) }
        effects.removeAll()
        return true
    }

    private func carryOut(_ effect: RaftEffect, of group: GroupState) {
        switch effect {
        case .write(let sequence, let write): gather(write, sequence, of: group)
        case .apply(let range): group.applyTarget = range.upperBound
        case .rejected(let token, let refusal): reject(token, refusal, of: group)
        case .readReady(let read, let index): confirm(read, .success(index), of: group)
        case .readFailed(let read, let refusal):
            confirm(read, .failure(group.failure ?? RequestFailure(refusal)), of: group)
        case .compact(let index): retire(through: index, of: group)
        case .send(let message, let member): send(message, to: member, of: group)
        case .storeSnapshot(let chunk): storeSnapshot(chunk, of: group)
        case .installSnapshot(let position, _): submitTransfer(.install(position), of: group)
        case .discardSnapshot(let position): discardSnapshot(position, of: group)
        case .restoreSnapshot(let position): restoreSnapshot(position, of: group)
        case .accepted, .roleChanged, .leaderChanged, .configurationCommitted, .transferFailed,
            .quorumLost, .quorumRegained, .anomaly:
            note(effect, of: group)
        }
    }

    /// Takes in news of the group.
    private func note(_ news: RaftEffect, of group: GroupState) {
        // Whoever hears of it and asks how the group stands sees it so.
        group.publish()
        switch news {
        case .accepted(let token, let index): changeAccepted(token, at: index, of: group)
        case .configurationCommitted(let configuration, let index):
            configurationCommitted(configuration, at: index, of: group)
        case .roleChanged(let role, let term):
            group.observer(.roleChanged(role, term))
            leadershipChanged(of: group)
            repeatForwarded(of: group)
        case .leaderChanged(let member, let term):
            group.observer(.leaderChanged(member, term))
            leadershipChanged(of: group)
            repeatForwarded(of: group)
        case .transferFailed(let member): transferFailed(to: member, of: group)
        case .quorumLost(let instant): group.observer(.quorumLost(since: instant))
        case .quorumRegained: group.observer(.quorumRegained)
        case .anomaly(let anomaly, let member):
            group.observer(.anomaly(anomaly, from: member))
        default: preconditionFailure("\(news) is no news")
        }
    }

    private func reject(_ token: ProposalToken, _ refusal: Refusal, of group: GroupState) {
        // A step after the members of another group is tried again later.
        guard token != group.following.token else { return }
        let failure = group.failure ?? RequestFailure(refusal)
        if let place = group.changes.firstIndex(where: { $0.token == token }) {
            let request = group.changes.remove(at: place).request
            guard failure == .changeRefused(.underWay) else { return fail(request, failure) }
            return group.postponedChanges.append(request)
        }
        let commands = group.takeStaged(token)
        guard case .notLeader = failure, ports.transport != nil else {
            for command in commands { fail(command, failure) }
            return
        }
        // Another member leads, or will soon.
        group.putBack(commands)
        group.forwarding.pausedUntil = now.advanced(by: Forwarding.pause)
    }

    private func confirm(_ read: ReadID, _ outcome: ReadOutcome, of group: GroupState) {
        guard let place = group.unconfirmedReads.firstIndex(where: { $0.id == read }) else {
            preconditionFailure("the core answered a read twice")
        }
        let reads = group.unconfirmedReads.remove(at: place).reads
        for read in reads where read.isOpen {
            switch outcome {
            case .success(let index): wait(group, index, read)
            case .failure(.notLeader) where ports.transport != nil:
                // Another member leads, or will soon.
                ask(read, again: group)
                group.forwarding.pausedUntil = now.advanced(by: Forwarding.pause)
            case .failure(let failure): fail(read, failure)
            }
        }
    }

    /// Tells who opened the group that it can serve.
    ///
    /// A sole voter can once it leads and has applied its whole log, any other once it is loaded.
    func answerOpener(of group: GroupState) {
        guard let opener = group.opener else { return }
        let isSoleVoter = group.server.configuration.isSoleVoter(group.server.id)
        guard !isSoleVoter || group.server.isReady else { return }
        group.opener = nil
        group.publish()
        opener.complete(.success(group.handle))
    }
}
