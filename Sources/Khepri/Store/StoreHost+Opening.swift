import KhepriTree
import RaftCore
import RaftRuntime
import RaftStorage

/// A store on its way: what its group is told, and who hears of what happens in it.
struct StoreOpening {
    private(set) var description: GroupDescription<StoreMachine>
    private let events = ClusterEvents()
    private let company = StoreCompany()

    init(_ description: GroupDescription<StoreMachine>, of host: StoreHost) {
        self.description = description
        self.description.observer = host.observer(of: description, events, company)
    }

    /// What callers use, once the group is open.
    func finish(_ group: RaftGroup<StoreMachine>, of host: StoreHost) -> TreeStore {
        let engine = StoreEngine(
            name: description.name, group: group, machine: description.machine,
            configuration: host.configuration, events: events,
            sessions: CommandSessions(company, host.environment),
            clock: host.environment.clock)
        host.publisher.add(engine)
        description.machine.auditor.begin(
            StateAuditor.Outlet(to: group, of: description.name, host.configuration, events))
        return TreeStore(engine: engine, host: host)
    }
}

// From a name to an open store: which group it is, who its members are, and what its log holds.
extension StoreHost {
    func openStore(
        _ name: String, _ recovered: (GroupID, RecoveredGroup)?
    ) async -> Result<TreeStore, any Error> {
        do {
            let opening = StoreOpening(try describe(name, recovered), of: self)
            if environment.cluster != nil { openRecovered(following: opening.description) }
            let group = try await raft.open(opening.description)
            return .success(opening.finish(group, of: self))
        } catch {
            return .failure(storeError(for: error, opening: name))
        }
    }

    /// What the driver is told of a store that follows no other.
    ///
    /// - Throws: ``StoreError`` for one that this host can neither have nor found.
    private func describe(
        _ name: String, _ recovered: (GroupID, RecoveredGroup)?
    ) throws -> GroupDescription<StoreMachine> {
        let entropy = environment.entropy
        let invited = try environment.cluster?.joining?.parsed().stores[name]
        // One that is to be repaired has a cluster already, and must not begin another one.
        let mayFound = directory?.former == nil && environment.cluster?.mayFound ?? true
        guard recovered != nil || invited != nil || mayFound else {
            throw StoreError(
                .cannotOpen, "the host has not joined a cluster yet, and none invites it")
        }
        if let recovered, let invited, recovered.0 != invited {
            throw StoreError(
                .cannotOpen,
                "the directory is of another history of the cluster, which was given up: "
                    + "join with an empty one")
        }
        let id =
            recovered?.0 ?? invited ?? GroupID(high: entropy.next(), low: entropy.next())
        // A store that the log knows was founded, or joined, before.
        let founds = recovered == nil && invited == nil
        var description = GroupDescription(
            id: id, name: name, member: member, machine: machine(of: id),
            recovered: recovered?.1, bootstrap: founds ? founding : nil)
        description.recoversAsSoleVoter = recovered != nil && environment.recoversAsSoleVoter
        return description
    }

    /// A machine that tells a host with peers of the catalogue it keeps.
    private func machine(of group: GroupID) -> StoreMachine {
        guard environment.cluster != nil else {
            return StoreMachine(history: group, member: member, reclamation)
        }
        return StoreMachine(history: group, member: member, reclamation) { [weak self] in
            self?.catalogueApplied($0, $1, isSnapshot: $2, of: group)
        }
    }

    /// Who is told what happens in a store.
    fileprivate func observer(
        of group: GroupDescription<StoreMachine>, _ events: ClusterEvents, _ company: StoreCompany
    ) -> @Sendable (GroupEvent) -> Void {
        let log = GroupObserver(name: group.name, configuration: configuration)
        let inForce = Lock(Configuration.empty)
        let followsNone = group.follows == nil
        let (watches, auditor) = (group.machine.watches, group.machine.auditor)
        return { [environment, member, weak self] event in
            log.note(event)
            switch event {
            case .configurationInForce(let configuration):
                inForce.withLock { $0 = configuration }
                company.note(configuration, besides: member)
                auditor.note(configuration)
                // All stores have the same members, and this one has them first.
                guard followsNone else { break }
                environment.cluster?.membersChanged(configuration.memberDetails)
            case .snapshotTaken(let position, _) where followsNone:
                self?.catalogueCaptured(through: position.index)
            case .halted(let failure):
                watches.end(StoreError(failure, mayHaveBeenApplied: false))
            default: break
            }
            events.note(event, { inForce.withLock { $0 } }, local: member)
        }
    }

    func storeError(for error: any Error, opening name: String) -> StoreError {
        switch error {
        case let error as StoreError: return error
        case let error as LogDeviceError:
            return StoreError(
                opening: directory?.path ?? name, error, isMember: environment.cluster != nil)
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
