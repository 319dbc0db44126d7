// The program of the tutorial; Scripts/use-as-dependency builds it in a package of its own.

import Khepri

struct Product: Codable, Sendable {
    var name: String
    var price: Int
    var count: Int
}

/// Takes one product from the shelf, whoever else does the same at the same time.
func sell(_ path: TreePath, in store: TreeStore) async throws {
    while true {
        guard let node = try await store.node(at: path, as: Product.self),
            var product = node.value, product.count > 0
        else { return }
        product.count -= 1
        do {
            try await store.put(product, at: path, if: .modifiedRevision(node.modifiedRevision))
            return
        } catch StoreError.Code.conditionFailed {
            continue
        }
    }
}

let store = try await TreeStore.open(at: "shop")

try await store.put(Product(name: "Oak board", price: 1290, count: 150), at: "/stock/wood/oak")
try await store.put(Product(name: "Ash board", price: 1150, count: 40), at: "/stock/wood/ash")
try await store.put(Product(name: "Nails", price: 450, count: 9000), at: "/stock/iron/nails")

if let oak = try await store.get("/stock/wood/oak", as: Product.self) {
    print("\(oak.count) of \(oak.name)")
}

try await sell("/stock/wood/oak", in: store)

for node in try await store.nodes(matching: "/stock/wood/*", as: Product.self) {
    print("\(node.path): \(node.value?.count ?? 0)")
}

try await store.batch { batch in
    try batch.put("oak", at: "/orders/17/product")
    try batch.put("alice", at: "/orders/17/customer")
}

try await store.put("Alice", at: "/users/alice")
let aliceIsThere = KeepWhileEntry.path("/users/alice", .exists(true))
try await store.put("online", at: "/sessions/42", keepWhile: [aliceIsThere])
let receipt = try await store.delete("/users/alice")
print("gone with Alice: \(receipt.expired)")

try await store.close()

let reopened = try await TreeStore.open(at: "shop")
let count = try await reopened.count(matching: "/stock/**")
print("\(count) nodes below /stock")
try await reopened.close()
