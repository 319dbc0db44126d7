import KhepriTree
import RaftCore
import RaftRuntime
import RaftStorage

// From a name to an open store: which group it is, who its members are, and what its log holds.
extension StoreHost {
    func openStore(
        _ name: String, _ recovered: (GroupID, RecoveredGroup)?
    ) async -> Result<TreeStore, any Error> {
        do {
            var description = try describe(name, recovered)
            let events = ClusterEvents()
            let company = StoreCompany()
            description.observer = observer(of: name, events, company)
            let group = try await raft.open(description)
            let engine = StoreEngine(
                name: name, group: group, machine: description.machine,
                configuration: configuration, events: events,
                sessions: CommandSessions(company, environment))
            publisher.add(engine)
            return .success(TreeStore(engine: engine, host: self))
        } catch {
            return .failure(storeError(for: error, opening: name))
        }
    }

    /// What the driver is told of a store.
    ///
    /// - Throws: ``StoreError`` for one that this host can neither have nor found.
    private func describe(
        _ name: String, _ recovered: (GroupID, RecoveredGroup)?
    ) throws -> GroupDescription<StoreMachine> {
        guard environment.cluster == nil || name == Self.replicatedStoreName else {
            throw StoreError(
                .invalidOperation,
                "a host with peers has the store \(Self.replicatedStoreName) only, found \(name)")
        }
        let entropy = environment.entropy
        let invited = try environment.cluster?.joining?.parsed().stores[name]
        let mayFound = environment.cluster?.mayFound ?? true
        guard recovered != nil || invited != nil || mayFound else {
            throw StoreError(
                .cannotOpen, "the host has not joined a cluster yet, and none invites it")
        }
        let id =
            recovered?.0 ?? invited ?? GroupID(high: entropy.next(), low: entropy.next())
        // A store that the log knows was founded, or joined, before.
        let founds = recovered == nil && invited == nil
        var description = GroupDescription(
            id: id, name: name, member: member,
            machine: StoreMachine(history: id, reclamation),
            recovered: recovered?.1, bootstrap: founds ? founding : nil)
        description.recoversAsSoleVoter = recovered != nil && environment.recoversAsSoleVoter
        return description
    }

    /// Who is told what happens in a store.
    private func observer(
        of name: String, _ events: ClusterEvents, _ company: StoreCompany
    ) -> @Sendable (GroupEvent) -> Void {
        let log = GroupObserver(name: name, configuration: configuration)
        let inForce = Lock(Configuration.empty)
        return { [environment, member] event in
            log.note(event)
            if case .configurationInForce(let configuration) = event {
                inForce.withLock { $0 = configuration }
                company.note(configuration, besides: member)
                environment.cluster?.membersChanged(configuration.memberDetails)
            }
            events.note(event, { inForce.withLock { $0 } }, local: member)
        }
    }

    private func storeError(for error: any Error, opening name: String) -> StoreError {
        switch error {
        case let error as StoreError: return error
        case let error as LogDeviceError:
            return StoreError(opening: directory?.path ?? name, error)
        case let failure as RequestFailure:
            return StoreError(failure, mayHaveBeenApplied: false)
        default:
            let isNewer = (error as? StateError)?.isOfNewerVersion ?? false
            return StoreError(
                isNewer ? .newerFormat : .corrupt,
                "the snapshot of \(name) cannot be read: \(error)", cause: error)
        }
    }

    /// The first configuration of a store that this host founds.
    private var founding: Configuration {
        let details = details.map {
            [Configuration.Details(member: member, bytes: $0.encoded())]
        }
        return Configuration(voters: [member], details: details ?? [])
    }
}
