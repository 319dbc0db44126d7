// The examples of the article on triggers.

import Khepri

struct Mailer: Sendable {
    func welcome(_ name: String) async throws { print("welcome, \(name)") }
    func everybody() async throws { print("welcome, all") }
}

let store = try await TreeStore.open(at: "shop")
let mailer = Mailer()

let welcome = Trigger(
    "welcome", matching: "/users/*", on: [.created],
    onGap: { _ in try await mailer.everybody() },
    { change in
        try await mailer.welcome(change.path.components.last?.string ?? "")
    })
try await store.register(welcome)

let running = Task { try await store.runTriggers() }
try await store.put("Ann", at: "/users/ann")

func look() async throws {
    for trigger in try store.triggers() {
        print(trigger.name, trigger.pattern, trigger.handledRevision, trigger.lag ?? -1)
        for change in trigger.parked {
            print(change.id, change.path ?? "/", change.failureCount, change.failure)
            try await store.retryParked(change.id, of: trigger.name)
        }
    }
}
try await look()

try await store.unregisterTrigger("welcome")
try await store.close()
try await running.value
