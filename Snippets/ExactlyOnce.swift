// The example of the article on writes that are sent again.

import Khepri

let store = try await TreeStore.inMemory()
try await store.put(100, at: "/accounts/ann")

func pay(_ amount: Int, request: PathComponent) async throws {
    do {
        try await store.transaction { transaction in
            let balance = try transaction.get("/accounts/ann", as: Int.self) ?? 0
            try transaction.put(amount, at: "/payments/\(request)", if: .absent)
            try transaction.put(balance - amount, at: "/accounts/ann")
        }
    } catch StoreError.Code.conditionFailed {
        // It was made before.
    }
}
try await pay(30, request: "invoice-17")
try await pay(30, request: "invoice-17")

let balance = try await store.get("/accounts/ann", as: Int.self)
precondition(balance == 70)
try await store.close()
