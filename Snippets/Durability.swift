// The examples of the article on durability.

import Khepri

let store = try await TreeStore.open(at: "readings")

try await withThrowingTaskGroup(of: Void.self) { group in
    for sensor in 0..<100 {
        group.addTask { try await store.put(sensor * 7, at: "/sensors/\(sensor)/last") }
    }
    try await group.waitForAll()
}

print(store.statistics.flushCount < store.statistics.entryCount)
try await store.close()
