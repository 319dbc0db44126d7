// The examples of the documentation, in its order.

import Khepri

struct Supplier: Codable, Sendable {
    var name: String
    var rating: Double
}

func sell(_ count: Int, at path: TreePath, in store: TreeStore) async throws {
    while true {
        guard let node = try await store.node(at: path, as: Int.self), let left = node.value else {
            return
        }
        do {
            try await store.put(left - count, at: path, if: .payloadVersion(node.payloadVersion))
            return
        } catch StoreError.Code.conditionFailed {
            continue
        }
    }
}

func overview() async throws {
    let store = try await TreeStore.open(at: "shop")
    try await store.put(150, at: "/stock/wood/oak")
    let oak = try await store.get("/stock/wood/oak", as: Int.self)
    try await store.close()
    print(oak ?? 0)
}

func gettingStarted() async throws {
    let store = try await TreeStore.open(at: "shop")

    try await store.put(Supplier(name: "Oak & Co", rating: 4.5), at: "/suppliers/oak")
    if let supplier = try await store.get("/suppliers/oak", as: Supplier.self) {
        print(supplier.name)
    }

    try await store.batch { batch in
        try batch.put(149, at: "/stock/wood/oak")
        try batch.put("oak", at: "/orders/17")
    }

    for node in try await store.nodes(matching: "/stock/**", as: Int.self) {
        print(node.path, node.value ?? 0)
    }
    try await sell(1, at: "/stock/wood/oak", in: store)
    try await store.close()
}

func pathsAndPatterns() async throws {
    let name = "a/b"
    let path: TreePath = "/users/\(name)"
    print(path.components.count)

    let parsed = try TreePath(CommandLine.arguments.dropFirst().first ?? "/stock")

    let all: TreePattern = "/stock/**"
    let low = TreePattern("/stock").child(where: .anyPath && .childCount(0) && !.named("oak"))
    print(parsed, all, low)

    let store = try await TreeStore.inMemory()
    try await store.put(1, at: "/counters/visits", if: .absent)
    try await store.put(2, at: "/counters/visits", if: .payloadVersion(1))

    try await store.put("Alice", at: "/users/alice")
    let alice = KeepWhileEntry.path("/users/alice", .exists(true))
    try await store.put("online", at: "/sessions/17", keepWhile: [alice])
    try await store.close()
}

func errors() async throws {
    let store = try await TreeStore.inMemory()
    do {
        try await store.put(150, at: "/stock/wood/oak", if: .absent)
    } catch StoreError.Code.conditionFailed {
        print("somebody was faster")
    } catch let error as StoreError where error.mayHaveBeenApplied {
        print("nobody knows: read before writing again")
    }
    try await store.close()
}

try await overview()
try await gettingStarted()
try await pathsAndPatterns()
try await errors()
