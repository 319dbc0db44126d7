// The examples of the article on conditions.

import Khepri

let store = try await TreeStore.inMemory()

try await store.put(1, at: "/counters/visits", if: .absent)
try await store.put(2, at: "/counters/visits", if: .exists(true))
try await store.put(3, at: "/counters/visits", if: .payloadVersion(2))
try await store.delete("/counters", if: .childCount(1))

let before = try await store.put("draft", at: "/page")
try await store.put("final", at: "/page", if: .modifiedRevision(before.modifiedRevision))
try await store.compareAndSwap("final", with: "printed", at: "/page")

let isBusy: NodeCondition = .hasPayload(true) && .childCount(1...) || .payloadVersion(10...)
let isLarge: NodeCondition = .payloadMatches(.compared(.ge, 100))
let idle = TreePattern("/workers").child(where: !isBusy)
print(idle, isLarge)

try await store.put("Alice", at: "/users/alice")
try await store.put(
    "online", at: "/sessions/17", keepWhile: [.path("/users/alice", .exists(true))])
try await store.putWithoutPayload(
    at: "/rooms/blue", keepWhile: [.itself(.childCount(1...))])
try await store.put("here", at: "/rooms/blue/alice")

let receipt = try await store.delete("/rooms/blue/alice")
print(receipt.expired)
try await store.close()
