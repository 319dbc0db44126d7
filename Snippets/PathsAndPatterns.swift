// The examples of the article on paths and patterns.

import Khepri

let name = "a/b"
let path: TreePath = "/users/\(name)"
print(path, path.components.count)

func find(_ text: String, in store: TreeStore) async throws -> Int? {
    let path = try TreePath(text)
    return try await store.get(path, as: Int.self)
}

let woods: TreePattern = "/stock/wood/*"
let everything: TreePattern = "/stock/**"
let oaks: TreePattern = "/stock/**/oak-*"

let numbered = try NamePattern(regularExpression: "^[a-z]+-[0-9]{2,}$")
let leaves = TreePattern("/stock").child(where: .anyPath && .childCount(0))
let shelves = TreePattern("/shelves").child(where: .nameMatches(numbered))
print(woods, everything, oaks, leaves, shelves)

let store = try await TreeStore.inMemory()
for wood in 0..<25 { try await store.put(wood, at: "/stock/wood/oak-\(wood)") }

let view = store.view
var last: TreePath?
while true {
    let page = try view.nodes(matching: everything, as: Int.self, after: last, limit: 10)
    guard let end = page.last else { break }
    print("\(page.count) nodes up to \(end.path)")
    last = end.path
}

print(try await find("/stock/wood/oak-7", in: store) ?? 0)
try await store.close()
