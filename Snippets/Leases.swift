// The examples of the article on leases.

import Khepri

let store = try await TreeStore.open(at: "office")
let lease = try await store.lease(timeToLive: .seconds(10))

func announce(_ address: String, in store: TreeStore) async throws {
    let lease = try await store.lease(timeToLive: .seconds(10))
    try await store.put(address, at: "/workers/seven", keepWhile: [.lease(lease)])
    await lease.ended()
}

func runDueJobs(token: Revision) async throws {
    print("leading with token \(token.rawValue)")
}

func schedule(_ store: TreeStore, as address: String) async throws {
    let election = TreeElection(store, at: "/scheduler")
    while !Task.isCancelled {
        let lease = try await store.lease(timeToLive: .seconds(10))
        do {
            try await election.whileLeading(as: address, lease: lease) { leadership in
                while leadership.isLeading {
                    try await runDueJobs(token: leadership.token)
                    try await Task.sleep(for: .seconds(1))
                }
            }
        } catch StoreError.Code.leaseEnded {
            // Somebody else may lead by now: stand again, with another lease.
        }
    }
}

/// Prints nothing of a former holder.
actor Printer {
    private var greatest = Revision.zero

    func print(_ text: String, token: Revision) throws {
        guard token >= greatest else { throw CancellationError() }
        greatest = token
        Swift.print(text)
    }
}
let printer = Printer()

let lock = TreeLock(store, at: "/locks/invoices")
try await lock.withLock(lease: lease) { hold in
    try await printer.print("invoice 17", token: hold.token)
}

try await store.put(150, at: "/stock/oak")
struct TooLate: Error {}

try await lock.withLock(lease: lease) { hold in
    try await store.transaction { transaction in
        guard try transaction.exists(hold.path) else { throw TooLate() }
        try transaction.put(149, at: "/stock/oak")
    }
}

let announcement = Task { try await announce("10.0.0.7", in: store) }
let scheduler = Task { try await schedule(store, as: "10.0.0.7") }
for try await leader in TreeElection(store, at: "/scheduler").leaders(as: String.self) {
    guard let leader else { continue }
    print("\(leader.value) leads with token \(leader.token.rawValue)")
    break
}
scheduler.cancel()
announcement.cancel()
_ = await scheduler.result
_ = await announcement.result
try await lease.revoke()
try await store.close()
