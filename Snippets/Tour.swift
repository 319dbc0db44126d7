// The example of README.md.

import Khepri

let store = try await TreeStore.open(at: "shop")

try await store.put(150, at: "/stock/wood/oak")
try await store.put(["name": "Alice"], at: "/users/alice", if: .absent)
let oak = try await store.get("/stock/wood/oak", as: Int.self)

if let node = try await store.node(at: "/stock/wood/oak", as: Int.self), let count = node.value {
    try await store.put(count - 1, at: node.path, if: .payloadVersion(node.payloadVersion))
}

for wood in try await store.nodes(matching: "/stock/wood/*", as: Int.self) {
    print(wood.path, wood.value ?? 0, oak ?? 0)
}

try await store.batch { batch in
    try batch.put("oak", at: "/orders/17")
    try batch.delete("/stock/wood/ash")
}
try await store.close()
