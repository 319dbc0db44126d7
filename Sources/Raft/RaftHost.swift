public import RaftCore
import RaftRuntime
import RaftStorage

/// A data directory with its log, and the groups whose members live in it.
///
/// ```swift
/// let host = try await RaftHost<Counter>.open(at: "/var/lib/counter")
/// let counter = try await host.group(id, voters: [host.member])
/// let total = try await counter.propose([1])
/// try await host.close()
/// ```
/// All groups of a host share one log and its flushes. One process at a time can have a directory open.
/// Close a host before the last reference to it goes.
public final class RaftHost<Machine: StateMachine>: Sendable {
    private enum Presence {
        case recovered(RecoveredGroup)
        case open
    }

    /// Who this host is in all its groups: its number, and the identity of its directory.
    public let member: MemberID

    private let host: RaftRuntime.RaftHost<MachineAdapter<Machine>>
    private let directory: HostDirectory
    private let groups: Lock<[GroupID: Presence]>
    private let isClosed = Lock(false)

    private init(
        _ host: RaftRuntime.RaftHost<MachineAdapter<Machine>>, _ directory: HostDirectory,
        recovered: [GroupID: RecoveredGroup]
    ) {
        self.host = host
        self.directory = directory
        member = directory.member
        groups = Lock(recovered.mapValues(Presence.recovered))
    }

    /// Opens a directory, or makes it if it is missing or empty; reads and checks its whole log.
    ///
    /// - Parameters:
    ///   - path: Where; the parent must exist.
    ///   - options: The settings.
    /// - Throws: ``RaftError`` `.storageFailed` if another process has the directory open, if it is
    ///   damaged, or if it cannot be read or written.
    public static func open(
        at path: String, options: RaftHostOptions = RaftHostOptions()
    ) async throws -> RaftHost {
        let entropy = SystemEntropy()
        var logOptions = LogOptions(randomBits: { entropy.next() })
        logOptions.node = options.node
        let opened: (host: HostDirectory, recovered: [GroupID: RecoveredGroup])
        do {
            opened = try await runBlocking { [logOptions] in
                try HostDirectory.open(path, disk: PosixDisk(), options: logOptions)
            }
        } catch {
            throw RaftError(opening: error)
        }
        let ports = HostPorts(
            log: opened.host.log, snapshots: opened.host.snapshots,
            transport: options.transport.map(TransportAdapter.init))
        let host = RaftRuntime.RaftHost<MachineAdapter<Machine>>(
            ports, options: options.hostOptions)
        host.start()
        return RaftHost(host, opened.host, recovered: opened.recovered)
    }

    /// Opens this host's member of a group: restores its snapshot and applies its log.
    ///
    /// A sole voter returns when it leads; another as soon as it is loaded, perhaps before it knows a
    /// leader.
    /// - Parameters:
    ///   - id: Names the group for ever; chosen once, at random.
    ///   - voters: The first members of a new group, the same list on each of them. Not looked at in a
    ///     group that exists. Empty on a host that waits until
    ///     ``RaftGroup/change(_:timeout:)`` adds it.
    /// - Throws: ``RaftError`` `.alreadyOpen`, `.storageFailed`, `.closed`.
    /// - Precondition: At most `Configuration.votersMaximum` voters, each named once.
    public func group(_ id: GroupID, voters: [MemberID] = []) async throws -> RaftGroup<Machine> {
        let before = groups.withLock { $0.updateValue(.open, forKey: id) }
        var recovered: RecoveredGroup?
        switch before {
        case .open: throw RaftError(.alreadyOpen, "the group is open on this host already")
        case .recovered(let group): recovered = group
        case nil: break
        }
        let machine = MachineAdapter<Machine>()
        let events = EventHub()
        var description = GroupDescription(
            id: id, name: "raft", member: member, machine: machine, recovered: recovered,
            bootstrap: voters.isEmpty ? nil : Configuration(voters: voters))
        description.observer = { events.post($0) }
        do {
            return RaftGroup(try await host.open(description), machine: machine, events: events)
        } catch {
            groups.withLock { $0[id] = before }
            throw RaftError(opening: error)
        }
    }

    /// Answers what is under way, stops, and gives the directory free; the second time does nothing.
    ///
    /// - Throws: ``RaftError`` `.storageFailed` if the log had failed.
    public func close() async throws {
        await host.shutDown()
        let wasClosed = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        guard !wasClosed else { return }
        do {
            try await runBlocking { [directory] in try directory.close() }
        } catch {
            throw RaftError(opening: error)
        }
    }
}
