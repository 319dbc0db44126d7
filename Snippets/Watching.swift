// The examples of the article on watches.

import Khepri

let store = try await TreeStore.open(at: "shop")
try await store.put(150, at: "/stock/wood/oak")

let watcher = Task {
    for try await change in store.changes(matching: "/stock/**", since: .current) {
        print(change.kind, change.path, try change.value(as: Int.self) ?? 0)
        if change.kind == .deleted { break }
    }
}
try await store.put(149, at: "/stock/wood/oak")
try await store.delete("/stock/wood/oak")
try await watcher.value

func follow(
    from saved: Revision?, _ index: (TreeChange) async throws -> Void,
    save: (Revision) async throws -> Void, forget: () async throws -> Void
) async throws {
    var start: WatchStart = saved.map { .revision($0) } ?? .current
    while !Task.isCancelled {
        do {
            for try await change in store.changes(matching: "/orders/*", since: start) {
                try await index(change)
                if let point = change.resumePoint { try await save(point) }
            }
            return
        } catch StoreError.Code.compacted {
            // Away for too long: forget everything and list it again.
            try await forget()
            start = .current
        }
    }
}

let display = Task {
    for try await oak in store.values(at: "/stock/wood/oak", as: Int.self) {
        print(oak.map { "\($0) planks" } ?? "sold out")
        if oak == 80 { break }
    }
}
try await store.put(80, at: "/stock/wood/oak")
try await display.value

try await store.close()
