// The examples of the article on projections.

import Khepri

struct Order: Codable, Sendable {
    var customer: String
    var items: [String]
}

let store = try await TreeStore.open(at: "shop")

let customers = try await store.projection(over: "/orders/*", as: Order.self) { node in
    node.value.map { ($0.customer, node.path) }
}
try await store.put(Order(customer: "ann", items: ["oak", "ash"]), at: "/orders/17")
print(customers["ann"] ?? "/")

let byItem = try await store.projection(
    over: "/orders/*", as: Order.self,
    rows: { node in (node.value?.items ?? []).map { ($0, node.path) } })
print(byItem["ash"] ?? "/")

try await store.close()
