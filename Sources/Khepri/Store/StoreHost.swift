import KhepriTree
import Logging
import RaftCore
import RaftRuntime
import RaftStorage

/// A data directory with its log and its driver; it may hold several stores.
///
/// ```swift
/// let host = try await StoreHost.open(at: "/var/lib/shop")
/// let stock = try await host.store("stock")
/// let users = try await host.store("users")
/// ```
/// All stores of a host share one log and its flushes. One process at a time can have a directory
/// open. Close a host before the last reference to it goes.
public final class StoreHost: Sendable {
    /// The settings the host was opened with.
    public let configuration: StoreConfiguration

    /// The store that is opened without a name, and that holds the catalogue of a cluster's stores.
    static let defaultStoreName = "default"

    let raft: RaftHost<StoreMachine>
    let directory: HostDirectory?
    let environment: HostEnvironment
    let reclamation: TreeReclamation
    let publisher: StatisticsPublisher
    /// Who this host is.
    let member: MemberID
    private let state: Lock<HostState>
    /// The stores of a host with peers but for the default one, which is in ``state``.
    let clusterStores = Lock(ClusterStores())

    /// What the host says of itself to others; nil if it has no peers.
    let details: MemberDetails?

    private init(
        _ ports: HostPorts, options: HostOptions, directory: HostDirectory?,
        details: MemberDetails?, recovered: [GroupID: RecoveredGroup],
        configuration: StoreConfiguration, environment: HostEnvironment
    ) {
        publisher = StatisticsPublisher(environment)
        raft = RaftHost(ports, options: options) { [publisher] in publisher.publish($0) }
        self.directory = directory
        self.details = details
        self.environment = environment
        reclamation = TreeReclamation(
            clock: environment.clock, attendedBy: environment.attendant)
        self.configuration = configuration
        member = directory?.member ?? Self.memberInMemory(environment)
        state = Lock(HostState(recovered: recovered))
        if let attendant = environment.attendant {
            raft.start(attendedBy: attendant)
        } else {
            raft.start()
        }
    }

    /// Opens a directory, or makes it if it is missing or empty; recovers what is in it.
    ///
    /// - Parameters:
    ///   - directory: Its parent must exist. The directory gets the mode 0700, its files 0600.
    ///   - configuration: The settings.
    /// - Throws: ``StoreError`` `.locked`, `.newerFormat`, `.corrupt`, `.cannotOpen`,
    ///   `.storageFull`, `.storageFailed`.
    public static func open(
        at directory: String, configuration: StoreConfiguration = .init()
    ) async throws -> StoreHost {
        try await open(at: directory, configuration: configuration, environment: HostEnvironment())
    }

    /// Opens a directory in an environment of the caller's: another disk, other clocks, no threads.
    package static func open(
        at directory: String, configuration: StoreConfiguration, environment: HostEnvironment
    ) async throws -> StoreHost {
        try configuration.validate()
        let logger = configuration.logger
        var logOptions = LogOptions(
            maximumSegmentBytes: UInt64(configuration.segmentBytesMaximum),
            randomBits: { environment.entropy.next() },
            report: { finding in
                logger.log(
                    level: finding.severity == .note ? .info : .warning,
                    "found in the data directory",
                    metadata: ["file": "\(finding.path)", "finding": "\(finding.message)"])
            })
        if let cluster = environment.cluster {
            logOptions.node = MemberDetails.node(named: cluster.name)
            logOptions.cluster = try await cluster.identity(of: directory, environment)
        }
        logOptions.mayResumeRenewal = environment.recoversAsSoleVoter
        var hostOptions = configuration.hostOptions
        environment.adjust(&logOptions, &hostOptions)
        do {
            try await putDamageAside(directory, configuration, logOptions, environment)
            let opened = try await environment.runBlocking { [logOptions] in
                try HostDirectory.open(directory, disk: environment.disk, options: logOptions) {
                    configuration.report(.init($0))
                }
            }
            let connection = try await connect(opened.host, environment)
            let ports = HostPorts(
                log: environment.logWrapper(opened.host.log), snapshots: opened.host.snapshots,
                transport: connection?.transport,
                clock: environment.clock,
                wallClock: environment.wallClock, entropy: environment.entropy)
            return StoreHost(
                ports, options: hostOptions, directory: opened.host,
                details: connection?.details, recovered: opened.recovered,
                configuration: configuration, environment: environment)
        } catch let error as LogDeviceError {
            throw StoreError(opening: directory, error, isMember: environment.cluster != nil)
        }
    }

    /// Opens the way to other hosts; gives the directory free if there is none.
    private static func connect(
        _ directory: HostDirectory, _ environment: HostEnvironment
    ) async throws -> HostCluster.Connection? {
        guard let cluster = environment.cluster else { return nil }
        do {
            return try await cluster.connect(directory.identity, directory.member)
        } catch {
            try? directory.close()
            throw StoreError(.cannotOpen, "no way to other hosts: \(error)", cause: error)
        }
    }

    /// A host in memory only, for tests and caches: the same behaviour, nothing kept.
    public static func inMemory(configuration: StoreConfiguration = .init()) throws -> StoreHost {
        try configuration.validate()
        let environment = HostEnvironment()
        let ports = HostPorts(
            log: MemoryLog(), snapshots: MemorySnapshots(), clock: environment.clock,
            wallClock: environment.wallClock, entropy: environment.entropy)
        var options = configuration.hostOptions
        options.snapshots.logBytesMinimum = .max
        options.snapshots.ageMaximum = .seconds(UInt32.max)
        return StoreHost(
            ports, options: options, directory: nil, details: nil, recovered: [:],
            configuration: configuration, environment: environment)
    }

    /// Opens a store of the host, or makes it.
    ///
    /// On a host with peers the store is one of the whole cluster, and making it takes a majority. A
    /// host that has yet to hear that a store was deleted gives the former one, whose operations throw
    /// ``StoreError`` `.storeNotFound` as soon as it has.
    /// - Parameter name: 1 to 64 letters, digits, `-`, `_` and `.` of ASCII.
    /// - Returns: The same store each time.
    /// - Throws: ``StoreError`` `.invalidOperation` for a malformed name, `.corrupt` if snapshot and
    ///   log do not fit together, `.closed`, `.storageFailed`; with peers also what a write throws.
    public func store(_ name: String = "default") async throws -> TreeStore {
        try StoreName.validate(name)
        guard environment.cluster == nil || name == Self.defaultStoreName else {
            return try await replicatedStore(name)
        }
        let known = try await listedGroup(of: name)
        while true {
            switch state.withLock({ $0.beginOpening(name, preferring: known) }) {
            case .open(let store): return store
            case .closed: throw StoreError(.closed, "the host is closed")
            case .underWay:
                await withUnsafeContinuation { continuation in
                    state.withLock { $0.join(name, continuation) }?.resume()
                }
            case .begin(var recovered):
                let byteCount = recovered?.1.entries.reduce(0) { $0 + $1.payload.count } ?? 0
                // Moved out, so that the entries that were read are free when the store is open.
                let result = await openStore(name, recovered.take())
                if byteCount >= FreedMemory.byteCountMinimum { FreedMemory.giveBack() }
                let waiting = state.withLock { $0.endOpening(name, try? result.get()) }
                for continuation in waiting { continuation.resume() }
                return try result.get()
            }
        }
    }

    /// The names of the stores, sorted: in the directory, or in the cluster as far as the host knows.
    public var storeNames: [String] {
        let names = state.withLock { $0.names } + clusterStores.withLock { $0.names }
        return Set(names).sorted()
    }

    /// The group that the catalogue means, where the log holds a deleted one of the same name besides.
    private func listedGroup(of name: String) async throws -> GroupID? {
        guard state.withLock({ $0.isAmbiguous(name) }) else { return nil }
        let component = try PathComponent(name)
        return try await store().engine.machine.catalogue[component].map { GroupID($0.id) }
    }

    /// The store that keeps the catalogue, on a host with peers.
    var catalogueKeeper: StoreEngine? {
        guard environment.cluster != nil else { return nil }
        return state.withLock { $0.openStores.first?.engine }
    }

    /// Takes out what the log holds of groups that nobody asked for yet.
    func takeRecovered() -> [GroupID: RecoveredGroup] { state.withLock { $0.takeRecovered() } }

    /// Forgets a store that was deleted.
    func forget(_ store: TreeStore) {
        endFollowers(of: store)
        state.withLock { $0.forget(store) }
    }

    /// Ends what listens to a store that was deleted, and what is told of it.
    func endFollowers(of store: TreeStore) {
        store.engine.end(StoreError(.storeNotFound, "the store was deleted"))
        publisher.remove(store.engine)
    }

    /// Refuses new requests, carries the accepted ones through, and gives the directory free.
    ///
    /// Any number of calls; each returns when the host is closed.
    /// - Throws: ``StoreError`` `.storageFailed` if the log had failed or cannot be closed cleanly;
    ///   every acknowledged write is durable all the same.
    public func close() async throws {
        try await close { _ in }
    }

    /// The same, with some last work on the directory once everything has stopped.
    func close(after work: @escaping @Sendable (HostDirectory) throws -> Void) async throws {
        let isFirst = state.withLock { $0.close() }
        await raft.shutDown()
        for store in openStores { store.engine.end() }
        guard isFirst else { return }
        // The work may want the stores.
        defer {
            state.withLock { $0.clear() }
            clusterStores.withLock { $0.clear() }
        }
        guard let directory else { return }
        try? await environment.cluster?.disconnect()
        do {
            try await environment.runBlocking {
                let working = Result { try work(directory) }
                try directory.close()
                try working.get()
            }
        } catch let error as LogDeviceError {
            throw StoreError(opening: directory.path, error)
        }
    }

    /// The stores that are open.
    package var openStores: [TreeStore] {
        state.withLock { $0.openStores } + clusterStores.withLock { $0.openStores }
    }

    /// Why stores of the cluster could not be opened here; they stay closed until the host starts again.
    package var openingErrors: [StoreError] { clusterStores.withLock { $0.openingErrors } }

    /// The cluster that the data directory belongs to.
    var clusterID: Identifier128 {
        directory?.identity.cluster ?? Identifier128(high: 0, low: 0)
    }

    /// Counts and times of the log and the driver.
    var hostStatistics: HostStatistics { raft.statistics }

    private static func memberInMemory(_ environment: HostEnvironment) -> MemberID {
        let entropy = environment.entropy
        return MemberID(
            node: 1, incarnation: Identifier128(high: entropy.next(), low: entropy.next()))
    }
}
