// The examples of the article on transactions.

import Khepri

let store = try await TreeStore.open(at: "shop")
try await store.put(150, at: "/stock/wood/oak")
try await store.put(true, at: "/on-call/ann")
try await store.put(true, at: "/on-call/bob")

struct OutOfStock: Error {}
struct NobodyLeft: Error {}

try await store.transaction { transaction in
    let stock = try transaction.get("/stock/wood/oak", as: Int.self) ?? 0
    guard stock >= 100 else { throw OutOfStock() }
    try transaction.put(stock - 100, at: "/stock/wood/oak")
    try transaction.put(100, at: "/orders/17")
}

try await store.transaction { transaction in
    let onCall = try transaction.nodes(matching: "/on-call/*", as: Bool.self)
    guard onCall.count(where: { $0.value == true }) > 1 else { throw NobodyLeft() }
    try transaction.put(false, at: "/on-call/ann")
}

try await store.close()
