import KhepriTree
import RaftCore
import RaftRuntime
import RaftStorage

extension TreeStore {
    /// Opens the store of a member whose fellow voters are lost for ever, and makes it the only one.
    ///
    /// What others had acknowledged and this one had not received is lost. So every store of the
    /// directory begins another history: its revisions go on more than 2^32 above all that this member
    /// knows, entity tags of the former history match nothing, and this host is another member than
    /// the one that the others knew. One of them that comes back has no part in it: it is refused, and
    /// joins with an empty directory.
    /// - Parameters:
    ///   - directory: The data directory of the member that is left.
    ///   - configuration: The settings.
    /// - Throws: ``StoreError``, as ``open(at:configuration:)``.
    public static func recoverAsSingleMember(
        at directory: String, configuration: StoreConfiguration = .init()
    ) async throws -> TreeStore {
        let environment = HostEnvironment()
        try await StoreHost.beginHistories(
            at: directory, configuration: configuration, environment: environment)
        return try await open(
            at: directory, configuration: configuration, environment: environment)
    }
}

extension StoreHost {
    /// How far the revisions of a history are above all that are known of the one before.
    ///
    /// Nobody can have written so many after the last one that is known here.
    static let historyDistance: UInt64 = 1 << 32

    /// Makes a host the only member of its stores, each of which begins another history.
    ///
    /// - Throws: ``StoreError``; the stores are as they were then, or it was done.
    package static func beginHistories(
        at directory: String, configuration: StoreConfiguration, environment: HostEnvironment
    ) async throws {
        var environment = environment
        environment.cluster = nil
        environment.recoversAsSoleVoter = true
        let host = try await open(
            at: directory, configuration: configuration, environment: environment)
        do {
            // Open, a store of a sole voter has applied all that its log holds.
            for name in host.storeNames { _ = try await host.store(name) }
        } catch {
            // Gives the directory free; why a store does not open says more.
            try? await host.close()
            throw error
        }
        let entropy = environment.entropy
        try await host.close { directory in
            func identifier() -> Identifier128 {
                Identifier128(high: entropy.next(), low: entropy.next())
            }
            let member = MemberID(node: directory.member.node, incarnation: identifier())
            var groups: [GroupID: GroupID] = [:]
            for store in host.openStores {
                groups[store.engine.group.id] = identifier()
                // One that this member never had begins anew as well, empty.
                for entry in store.engine.machine.catalogue.entries {
                    groups[GroupID(entry.id)] = identifier()
                }
            }
            let renewals = host.openStores.map { $0.renewal(of: member, renaming: groups) }
            try directory.renew(renewals, as: member)
        }
    }
}

extension TreeStore {
    /// How the store, which has stopped, begins anew with one member.
    ///
    /// - Parameter groups: What each group is from then on.
    fileprivate func renewal(
        of member: MemberID, renaming groups: [GroupID: GroupID]
    ) -> HostDirectory.Renewal {
        guard let group = groups[engine.group.id] else {
            preconditionFailure("each group that begins anew has an identifier")
        }
        let status = engine.group.status
        let index = status.lastPosition.index.rawValue + StoreHost.historyDistance
        let said = status.configuration.details(of: host.member)
        let configuration = Configuration(
            voters: [member], details: said.isEmpty ? [] : [.init(member: member, bytes: said)])
        let metadata = SnapshotMetadata(
            group: group, position: LogPosition(index: LogIndex(index), term: status.term),
            time: engine.machine.counts.time,
            configuration: configuration.encoded(),
            machineVersion: engine.machine.machineVersion)
        return HostDirectory.Renewal(
            former: engine.group.id, name: name, metadata: metadata,
            state: engine.machine.capture(
                beginning: group, after: Revision(index), renaming: groups,
                founding: configuration.encoded()))
    }
}
