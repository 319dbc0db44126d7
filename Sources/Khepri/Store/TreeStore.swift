package import KhepriTree
import RaftRuntime
public import ServiceLifecycle

/// A tree of values in a directory, durable and safe to use from any number of tasks.
///
/// ```swift
/// let store = try await TreeStore.open(at: "shop")
/// try await store.put(150, at: "/stock/wood/oak")
/// let oak = try await store.get("/stock/wood/oak", as: Int.self)
/// try await store.close()
/// ```
/// A write returns when it is on stable storage and every later read of this store sees it. Reads
/// never wait for the disk.
public final class TreeStore: Sendable {
    let engine: StoreEngine
    let host: StoreHost

    init(engine: StoreEngine, host: StoreHost) {
        self.engine = engine
        self.host = host
    }

    /// The name of the store in its host.
    public var name: String { engine.name }

    /// The largest payload in bytes, encoded.
    public var valueBytesMaximum: Int { engine.configuration.valueBytesMaximum }

    /// Opens the store `default` of a directory, or makes both.
    ///
    /// For several stores in one directory, open a ``StoreHost``.
    /// - Throws: ``StoreError``, as ``StoreHost/open(at:configuration:)``.
    public static func open(
        at directory: String, configuration: StoreConfiguration = .init()
    ) async throws -> TreeStore {
        try await open(at: directory, configuration: configuration, environment: HostEnvironment())
    }

    /// Opens the store `default` in an environment of the caller's.
    package static func open(
        at directory: String, configuration: StoreConfiguration, environment: HostEnvironment
    ) async throws -> TreeStore {
        let host = try await StoreHost.open(
            at: directory, configuration: configuration, environment: environment)
        do {
            return try await host.store()
        } catch {
            // Gives the directory free; why there is no store says more than what closing may say.
            try? await host.close()
            throw error
        }
    }

    /// A store in memory only, for tests and caches: the same behaviour, nothing kept.
    public static func inMemory(
        configuration: StoreConfiguration = .init()
    ) async throws -> TreeStore {
        try await StoreHost.inMemory(configuration: configuration).store()
    }

    /// Closes the host of the store, and with it every store of the host.
    ///
    /// Accepted writes are carried through first; later ones throw `.closed`, and so do reads, transactions
    /// and projections that are asked for. Watches end.
    public func close() async throws {
        try await host.close()
    }

    /// Names the history that revisions belong to: a store that lost some of it begins another one.
    package var history: SessionID { engine.machine.counts.history }

    /// The state hash as of the last batch: equal on all members that have applied as much.
    package var stateHash: UInt128 { engine.machine.counts.stateHash }

    /// Waits until this member's tree is as fresh as asked, for several reads after it.
    package func catchUp(to consistency: ReadConsistency, timeout: Duration? = nil) async throws {
        try await engine.catchUp(to: consistency, timeout: timeout)
    }

    /// Checks that the state hash and everything else derived is what it would be if computed anew.
    ///
    /// For hosts without threads: nothing may be applied meanwhile.
    package func checkInvariants() {
        engine.machine.checkInvariants()
    }

    /// Carries out one operation in the form of `khepri-ops/1`.
    ///
    /// A read is answered from this member's tree; anything else goes through the log.
    package func perform(
        _ operation: TreeOperation, timeout: Duration? = nil
    ) async throws -> CommandOutcome {
        guard operation.kind.isRead else {
            return try await engine.submit(operation, timeout: timeout) { $0 }
        }
        let view = view
        return CommandOutcome(revision: view.revision, result: view.tree.read(operation))
    }

    /// Puts a write into the log without waiting; writes keep the order of these calls.
    package func start(_ operation: TreeOperation, timeout: Duration? = nil) throws -> PendingWrite
    {
        try engine.start(operation, timeout: timeout)
    }
}

extension TreeStore: Service {
    /// Stays until the task is cancelled or a graceful shutdown begins, then closes the host.
    public func run() async throws {
        try? await gracefulShutdown()
        try await close()
    }
}
