// The examples of the article on procedures.

import Khepri

let store = try await TreeStore.open(at: "shop")
try await store.put(10, at: "/stock")

store.register(
    try Procedure("reserve", version: 1) { (transaction, count: Int) in
        let left = try transaction.get("/stock", as: Int.self) ?? 0
        guard left >= count else { return false }
        try transaction.put(left - count, at: "/stock")
        return true
    })
let isReserved = try await store.call("reserve", with: 3, as: Bool.self)

try await store.put(ProcedureReference("reserve"), at: "/procedures/checkout")
let isTaken = try await store.call(at: "/procedures/checkout", with: 3, as: Bool.self)

precondition(isReserved && isTaken)
try await store.close()
