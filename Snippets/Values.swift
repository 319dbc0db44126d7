// The examples of the article on values.

import Foundation
import Khepri

let store = try await TreeStore.inMemory()

struct Order: Codable, Equatable {
    var number: Int
    var placed: Date
    var total: Decimal
    var note: String?
}

let order = Order(
    number: 17, placed: Date(timeIntervalSince1970: 1_769_860_800.5), total: 12.5, note: nil)
try await store.put(order, at: "/orders/17")

struct OrderWithPriority: Codable {
    var number: Int
    var priority: Int?
}

let read = try await store.get("/orders/17", as: OrderWithPriority.self)
precondition(read?.number == 17 && read?.priority == nil)

if let payload = try await store.get("/orders/17", as: Payload.self) {
    try await store.put(payload, at: "/archive/17")
}
let archived = try await store.get("/archive/17", as: Payload.self)
precondition(
    archived?.description
        == #"{"total":"12.5","number":17,"placed":"2026-01-31T12:00:00.5Z"}"#)
try await store.put(2, at: "/whole")
let whole = try await store.get("/whole", as: Double.self)
precondition(whole == 2.0)

var paid = order
paid.note = "paid"
try await store.compareAndSwap(order, with: paid, at: "/orders/17")
let stored = try await store.get("/orders/17", as: Order.self)
precondition(stored == paid)

try await store.close()
