import CBOR
import HTTPTypes
import Hummingbird
import Khepri
import ServiceLifecycle

/// `/v1/cluster/events`: what happens to this member, as server-sent events.
struct ClusterEventsRoute {
    let store: TreeStore

    /// How the member stands, and then each event, until the client goes, the server stops, or so many
    /// events as are wanted are told.
    func get(_ query: RequestQuery) throws -> Response {
        try query.expectOnly(["limit"])
        let limit = try query.number("limit", in: 1...UInt64(Int.max)).map { Int($0) }
        // Taken first: nothing happens between what stands there and what follows.
        let events = store.cluster.events
        let standing = Self.text(of: store.cluster.status)
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: standing))
            var left = (limit ?? .max) - 1
            if left > 0 {
                try await Self.follow(events) { event in
                    try await writer.write(ByteBuffer(string: event.map(Self.text(of:)) ?? ":\n\n"))
                    if event != nil { left -= 1 }
                    return left > 0
                }
            }
            try await writer.finish(nil)
        }
        return Response(events: body)
    }

    /// Calls `body` with each event, and with nil now and then, until it returns false or the store or
    /// the server ends.
    private static func follow(
        _ events: AsyncStream<ClusterEvent>, _ body: (ClusterEvent?) async throws -> Bool
    ) async throws {
        // A stream of events ends when somebody who waits for it is cancelled, so nobody is.
        let (beats, continuation) = AsyncStream.makeStream(
            of: ClusterEvent?.self, bufferingPolicy: .bufferingNewest(256))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events { continuation.yield(event) }
                continuation.finish()
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: WatchRoute.silenceMaximum)
                    continuation.yield(nil)
                }
            }
            group.addTask {
                // Ends with the task, too; then nobody reads any more.
                try? await gracefulShutdown()
                continuation.finish()
            }
            defer { group.cancelAll() }
            for await beat in beats {
                guard try await body(beat) else { return }
            }
        }
    }

    /// The first event.
    private static func text(of status: Cluster.Status) -> String {
        text(of: "status") { printer in
            if let leader = status.leader { printer.writeMember("leader", leader) }
            printer.writeMember("isLeader", status.isLeader)
            printer.writeMember("term", status.term)
        }
    }

    private static func text(of event: ClusterEvent) -> String {
        switch event {
        case .becameLeader(let term):
            text(of: "becameLeader") { $0.writeMember("term", term) }
        case .leaderChanged(let name):
            text(of: "leaderChanged") { printer in
                if let name { printer.writeMember("leader", name) }
            }
        case .membersChanged(let members):
            text(of: "membersChanged") { printer in
                printer.writeKey("members")
                printer.writeArray(members) { $0.write(to: &$1) }
            }
        case .memberDiverged(let name):
            text(of: "memberDiverged") { $0.writeMember("member", name) }
        case .stoppedLeading: text(of: "stoppedLeading")
        case .quorumLost: text(of: "quorumLost")
        case .quorumRegained: text(of: "quorumRegained")
        case .snapshotInstalled: text(of: "snapshotInstalled")
        case .storageFull: text(of: "storageFull")
        case .storageAvailable: text(of: "storageAvailable")
        case .storageFailed: text(of: "storageFailed")
        case .newerVersionNeeded: text(of: "newerVersionNeeded")
        }
    }

    private static func text(
        of name: String, _ write: (inout JSONPrinter) -> Void = { _ in }
    ) -> String {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("event", name)
        write(&printer)
        printer.endObject()
        return "data: \(printer.finish())\n\n"
    }
}
