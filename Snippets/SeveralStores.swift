// The examples of the article on several stores.

import Khepri

let host = try await StoreHost.open(at: "data")
let stock = try await host.store("stock")
let users = try await host.store("users")

try await stock.put(150, at: "/wood/oak")
try await users.put("Alice", at: "/alice")
print(host.storeNames)

try await host.close()

func countsProducts() async throws -> Int {
    let store = try await TreeStore.inMemory()
    try await store.put(150, at: "/stock/wood/oak")
    let count = try await store.count(matching: "/stock/**")
    try await store.close()
    return count
}

print(try await countsProducts())
