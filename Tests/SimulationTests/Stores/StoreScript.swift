import Khepri
import RaftRuntime
import SimulationKit
import Testing

/// A seeded sequence of calls by several callers at once, on a store of a simulated machine.
final class StoreScript: Sendable {
    let world: SimulatedWorld
    let host: SimulatedHost
    let history = StoreHistory()
    private let random: Lock<SeededRandom>
    private let callCount: Int
    /// How many bytes the disk has beyond the new store, now and then; nil for no limit.
    private let spaceLeft: Int?
    /// The bytes of log between two snapshots.
    private let snapshotBytes: Int
    static let callerCount = 8

    init(seed: UInt64, callCount: Int, spaceLeft: Int? = nil, snapshotBytes: Int = 8 << 10) {
        world = SimulatedWorld(seed: seed)
        host = world.addHost()
        random = Lock(SeededRandom(seed: seed ^ 0x5C81))
        self.callCount = callCount
        self.spaceLeft = spaceLeft
        self.snapshotBytes = snapshotBytes
    }

    /// Opens the store, lets the callers run, and closes it.
    ///
    /// - Throws: What opening and closing throw; callers note their errors and go on.
    func run() throws {
        try world.run { [self] in
            let store = try await host.openStore(snapshotBytes: snapshotBytes)
            limitSpace()
            await withTaskGroup { group in
                for caller in 0..<Self.callerCount {
                    group.addTask { await self.call(store, caller) }
                }
            }
            try await store.close()
        }
    }

    /// Makes the disk full, or what will soon be.
    private func limitSpace() {
        if let spaceLeft { host.disk.setCapacity(host.disk.usedBytes + spaceLeft) }
    }

    private func call(_ store: TreeStore, _ caller: Int) async {
        let own = ["own", "\(caller)"]
        do {
            for number in 0..<callCount / Self.callerCount {
                if caller == 0, number % 12 == 10 { host.disk.setCapacity(nil) }
                if caller == 0, number % 12 == 0 { limitSpace() }
                let call = nextCall(caller, number)
                let error = try await history.perform(call, on: store)
                guard error == nil, case .put(own, let value) = call else { continue }
                try await check(store, own, value, .local)
                if number % 2 == 0 { try? await check(store, own, value, .linearizable) }
            }
        } catch {
            Issue.record("caller \(caller): \(error)")
        }
    }

    /// Reads back what nobody else writes.
    private func check(
        _ store: TreeStore, _ path: StoreCall.Path, _ value: String, _ consistency: ReadConsistency
    ) async throws {
        let path = try TreePath(StoreCall.text(path))
        let found = try await store.get(path, as: String.self, consistency: consistency)
        #expect(found == value, "\(path) is not what was acknowledged")
    }

    /// The next call of a caller.
    func nextCall(_ caller: Int, _ number: Int) -> StoreCall {
        random.withLock { random in
            if random.isOne(in: 8) {
                return .put(["own", "\(caller)"], Self.value(caller, number, &random))
            }
            guard random.isOne(in: 6) else { return Self.call(caller, number, &random) }
            let count = 2 + random.number(below: 4)
            let calls = (0..<count).map { _ in Self.call(caller, number, &random) }
            return .batch(calls.map { $0.withoutSwap })
        }
    }

    private static func call(
        _ caller: Int, _ number: Int, _ random: inout SeededRandom
    ) -> StoreCall {
        let path = Self.path(&random)
        let value = Self.value(caller, number, &random)
        switch random.number(below: 24) {
        case 0: return .delete(path)
        case 1: return .deleteChildren(path)
        case 2: return .clear(path)
        case 3: return .create(path, value)
        case 4, 5: return .update(path, value)
        case 6: return .swap(["a", "x"], "swapped", with: "swapped")
        case 7, 8:
            // Not copied or moved: when a copied condition counts for the first time is a matter
            // of its own.
            return .guarded(["g", "\(random.number(below: 4))"], value, by: Self.path(&random))
        case 9: return .copy(path, Self.path(&random), overwrite: random.isOne(in: 2))
        case 10: return .move(path, Self.path(&random), overwrite: random.isOne(in: 2))
        case 11: return .put(["a", "x"], "swapped")
        default: return .put(path, value)
        }
    }

    private static func path(_ random: inout SeededRandom) -> StoreCall.Path {
        let names = [["a", "b", "c"], ["x", "y"], ["1", "2"]]
        return names.prefix(1 + random.number(below: 3)).map { $0[random.number(below: $0.count)] }
    }

    private static func value(
        _ caller: Int, _ number: Int, _ random: inout SeededRandom
    ) -> String {
        let filler = String(repeating: "·", count: random.number(below: 200))
        return "\(caller).\(number) \(filler)"
    }
}

extension StoreCall {
    /// The same, or something else for what has no place in a batch.
    fileprivate var withoutSwap: StoreCall {
        guard case .swap(let path, _, let value) = self else { return self }
        return .put(path, value)
    }
}
