import CBOR
import HTTPTypes
import Hummingbird
import Khepri
import NIOCore

/// `/v1/cluster`: the members of the replicated store, and changes of them.
///
/// A change that another member has to make is answered by a redirection to it, if it says where it
/// serves.
struct ClusterRoutes {
    let store: TreeStore

    private var cluster: Cluster { store.cluster }

    /// Who the members are, and how this one stands.
    func get() -> Response {
        let status = cluster.status
        let invitation = cluster.invitation
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("cluster", invitation.cluster)
        printer.writeKey("stores")
        printer.beginObject()
        for (name, identifier) in invitation.stores.sorted(by: { $0.key < $1.key }) {
            printer.writeMember(name, identifier)
        }
        printer.endObject()
        if let leader = status.leader { printer.writeMember("leader", leader) }
        printer.writeMember("isLeader", status.isLeader)
        printer.writeMember("term", status.term)
        printer.writeMember("committedRevision", status.committedRevision.rawValue)
        printer.writeMember("appliedRevision", status.appliedRevision.rawValue)
        printer.writeMember("lastRevision", status.lastRevision.rawValue)
        printer.writeKey("members")
        printer.writeArray(status.members) { $0.write(to: &$1) }
        printer.endObject()
        return Response(json: &printer).at(status.appliedRevision)
    }

    /// Adds the host that the body describes.
    func add(_ body: ByteBuffer) async throws -> Response {
        let json = try JSONMembers(
            body, allowed: ["id", "name", "peerAddress", "endpoint", "replaces", "learner"])
        let request = Cluster.JoinRequest(
            id: try json.text("id"), name: try json.text("name"),
            peerAddress: try json.text("peerAddress"), endpoint: try json.optionalText("endpoint"),
            replaces: try json.optionalText("replaces"))
        try StoreName.validate(request.name)
        let promotes = try !(json.boolean("learner") ?? false)
        return try await change(at: "/v1/cluster/members") {
            try await cluster.add(request, promotes: promotes)
        }
    }

    /// Changes what a member counts for, or how much it is preferred as leader.
    func update(_ name: String, _ body: ByteBuffer) async throws -> Response {
        let json = try JSONMembers(body, allowed: ["priority", "promote"])
        let priority = try json.integer("priority")
        let promotes = try json.boolean("promote") ?? false
        guard priority != nil || promotes else {
            throw RequestError(.invalidRequest, "expected a priority, or promote")
        }
        return try await change(at: "/v1/cluster/members/\(name)") {
            if let priority { try await cluster.setPriority(priority, of: name) }
            if promotes { try await cluster.promote(name) }
        }
    }

    /// Removes a member.
    func remove(_ name: String) async throws -> Response {
        try await change(at: "/v1/cluster/members/\(name)") { try await cluster.remove(name) }
    }

    /// Makes another member the leader.
    func transfer(_ body: ByteBuffer) async throws -> Response {
        let json = try JSONMembers(body, allowed: ["to"])
        let target = try json.optionalText("to")
        return try await change(at: "/v1/cluster/leader") {
            try await cluster.transferLeadership(to: target)
        }
    }

    private func change(
        at target: String, _ body: () async throws -> Void
    ) async throws -> Response {
        do {
            try await body()
            return get()
        } catch let error as StoreError where error.code == .notLeader {
            guard let endpoint = cluster.members.first(where: \.isLeader)?.endpoint else {
                throw error
            }
            var response = ErrorAnswer(error).response
            response.status = .temporaryRedirect
            response.headers[.location] = endpoint + target
            return response
        }
    }
}

extension Cluster.Member {
    /// Writes what is known of the member.
    func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        printer.writeMember("id", id.description)
        printer.writeMember("name", name)
        if let peerAddress { printer.writeMember("peerAddress", peerAddress) }
        if let endpoint { printer.writeMember("endpoint", endpoint) }
        printer.writeMember("role", role.rawValue)
        printer.writeMember("priority", priority)
        printer.writeMember("isLeader", isLeader)
        printer.writeMember("isLocal", isLocal)
        printer.endObject()
    }
}
