public import RaftCore
import RaftRuntime
import RaftStorage

/// A data directory with its log, and the groups whose members live in it.
///
/// ```swift
/// let host = try await RaftHost<Counter>.open(at: "/var/lib/counter")
/// let counter = try await host.group(id, voters: [host.peer])
/// let total = try await counter.propose([1])
/// try await host.close()
/// ```
/// All groups of a host share one log and its flushes. One process at a time can have a directory open.
/// Close a host before the last reference to it goes.
public final class RaftHost<Machine: StateMachine>: Sendable {
    private enum Presence {
        case recovered(RecoveredGroup)
        case open(EventStreams<RaftGroupEvent>)
    }

    /// Who this host is in all its groups, and where others reach it.
    public let peer: RaftPeer

    private let host: RaftRuntime.RaftHost<MachineAdapter<Machine>>
    private let directory: HostDirectory
    private let transport: TransportAdapter?
    private let groups: Lock<[GroupID: Presence]>
    private let isClosed = Lock(false)

    private init(
        _ host: RaftRuntime.RaftHost<MachineAdapter<Machine>>, _ directory: HostDirectory,
        peer: RaftPeer, transport: TransportAdapter?, recovered: [GroupID: RecoveredGroup]
    ) {
        self.host = host
        self.directory = directory
        self.peer = peer
        self.transport = transport
        groups = Lock(recovered.mapValues(Presence.recovered))
    }

    /// Opens a directory, or makes it if it is missing or empty; reads and checks its whole log.
    ///
    /// - Parameters:
    ///   - path: Where; the parent must exist.
    ///   - options: The settings.
    /// - Throws: ``RaftError`` `.storageFailed` if another process has the directory open, if it is
    ///   damaged or of another cluster, or if it cannot be read or written; `.transportFailed`.
    public static func open(
        at path: String, options: RaftHostOptions = RaftHostOptions()
    ) async throws -> RaftHost {
        let opened: (host: HostDirectory, recovered: [GroupID: RecoveredGroup])
        do {
            opened = try await runBlocking { [logOptions = options.logOptions] in
                try HostDirectory.open(path, disk: PosixDisk(), options: logOptions)
            }
        } catch {
            throw RaftError(opening: error)
        }
        let transport = options.transport.map(TransportAdapter.init)
        let address: String?
        do {
            address = try await transport?.start(for: opened.host)
        } catch {
            // Gives the directory free; why there is no transport says more.
            try? opened.host.close()
            throw RaftError(starting: error)
        }
        let ports = HostPorts(
            log: opened.host.log, snapshots: opened.host.snapshots, transport: transport)
        let host = RaftRuntime.RaftHost<MachineAdapter<Machine>>(
            ports, options: options.hostOptions)
        host.start()
        return RaftHost(
            host, opened.host, peer: RaftPeer(opened.host.member, at: address),
            transport: transport, recovered: opened.recovered)
    }

    /// Who this host is in all its groups: its number, and the identity of its directory.
    public var member: MemberID { peer.member }

    /// Opens this host's member of a group: restores its snapshot and applies its log.
    ///
    /// A sole voter returns when it leads; another as soon as it is loaded, perhaps before it knows a
    /// leader.
    /// - Parameters:
    ///   - id: Names the group for ever; chosen once, at random.
    ///   - voters: The first members of a new group, this host among them, the same list on each. Not
    ///     looked at in a group that exists. Empty on a host that waits until
    ///     ``RaftGroup/change(_:timeout:)`` adds it.
    /// - Throws: ``RaftError`` `.alreadyOpen`, `.changeRefused` if the first members do not include this
    ///   host, as when it has lost its disk, `.storageFailed`, `.closed`.
    /// - Precondition: At most `Configuration.votersMaximum` voters, each named once.
    public func group(_ id: GroupID, voters: [RaftPeer] = []) async throws -> RaftGroup<Machine> {
        let events = EventStreams<RaftGroupEvent>()
        let before = groups.withLock { groups in
            if case .open = groups[id] { return groups[id] }
            return groups.updateValue(.open(events), forKey: id)
        }
        if case .open = before {
            throw RaftError(.alreadyOpen, "the group is open on this host already")
        }
        do {
            let machine = MachineAdapter<Machine>()
            var description = GroupDescription(
                id: id, name: "raft", member: member, machine: machine)
            if case .recovered(let group) = before {
                description.recovered = group
            } else {
                description.bootstrap = try founding(voters)
            }
            description.observer = { [transport] event in
                if case .configurationInForce(let configuration) = event {
                    transport?.note(configuration, of: id)
                }
                if let event = RaftGroupEvent(event) { events.post(event) }
            }
            return RaftGroup(try await host.open(description), machine: machine, events: events)
        } catch {
            groups.withLock { $0[id] = before }
            throw RaftError(opening: error)
        }
    }

    /// The first configuration of a group; nil for a host that waits to be added.
    private func founding(_ voters: [RaftPeer]) throws -> Configuration? {
        guard !voters.isEmpty else { return nil }
        guard voters.contains(where: { $0.member == member }) else {
            throw RaftError(
                .changeRefused,
                "expected this host among the first voters, found others only: if it has lost its "
                    + "disk it is another member, and has to be added")
        }
        return Configuration(founders: voters)
    }

    /// Answers what is under way, stops, and gives the directory free; the second time does nothing.
    ///
    /// The events of all groups end.
    /// - Throws: ``RaftError`` `.storageFailed` if the log had failed.
    public func close() async throws {
        await host.shutDown()
        let wasClosed = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        guard !wasClosed else { return }
        await transport?.stop()
        for case .open(let events) in groups.withLock({ Array($0.values) }) { events.end() }
        do {
            try await runBlocking { [directory] in try directory.close() }
        } catch {
            throw RaftError(opening: error)
        }
    }
}
