import CBOR
import HTTPTypes
import Hummingbird
import Khepri
import KhepriTree

/// `/v1/nodes/{path}`: one node.
struct NodeRoutes {
    let store: TreeStore
    let path: TreePath

    /// Answers with the node, or with its bare value.
    func get(_ query: RequestQuery, _ preconditions: Preconditions) async throws -> Response {
        try query.expectOnly(["form"] + RequestQuery.consistencyNames)
        let wantsValue = try wantsValue(query)
        let found = try await store.node(
            at: path, as: Payload.self, consistency: query.consistency())
        // Taken after the read: it includes all that the answer shows.
        let revision = store.local.revision
        guard let node = found else {
            throw StoreError(.nodeNotFound, "there is no node", path: path)
        }
        let tag = EntityTag(history: store.history, modifiedRevision: node.modifiedRevision)
        let headers: HTTPFields = [.eTag: tag.text]
        guard try preconditions.permitReading(tag) else {
            return Response(status: .notModified, headers: headers).at(revision)
        }
        var printer = JSONPrinter()
        if wantsValue {
            guard let value = node.value else {
                return Response(status: .noContent, headers: headers).at(revision)
            }
            value.write(to: &printer)
        } else {
            ShownNode(node).write(to: &printer)
        }
        return Response(headers: headers, json: &printer).at(revision)
    }

    /// Writes the value in the body, kept by a lease if one is named.
    func put(
        _ query: RequestQuery, _ preconditions: Preconditions, _ body: ByteBuffer
    ) async throws -> Response {
        try query.expectOnly(["lease"])
        let lease = try query["lease"].map { try LeaseRoutes.identity($0) }
        let condition = try preconditions.condition(in: store.history)
        let encoded = try body.withUnsafeReadableBytes { try JSONParser.cbor(from: $0) }
        let limit = store.valueBytesMaximum
        guard encoded.count <= limit else {
            throw RequestError(
                .tooLarge,
                "expected a value of at most \(limit) bytes, found \(encoded.count)")
        }
        let receipt = try await refusing(preconditions) {
            try await store.put(
                Payload(validated: encoded), at: path, if: condition,
                keepWhile: lease.map { [.lease($0)] })
        }
        let tag = EntityTag(history: store.history, modifiedRevision: receipt.modifiedRevision)
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("revision", receipt.revision.rawValue)
        printer.writeMember("payloadVersion", receipt.payloadVersion)
        printer.endObject()
        return Response(headers: [.eTag: tag.text], json: &printer).at(receipt.revision)
    }

    /// Deletes the node with everything below it.
    func delete(_ query: RequestQuery, _ preconditions: Preconditions) async throws -> Response {
        try query.expectOnly([])
        let condition = try preconditions.condition(in: store.history)
        let receipt = try await refusing(preconditions) {
            try await store.delete(path, if: condition)
        }
        // The root itself is never gone: deleting it empties it.
        guard !receipt.deleted.isEmpty || path == .root else {
            throw preconditions == .none
                ? StoreError(.nodeNotFound, "there is no node", path: path)
                : StoreError(.conditionFailed, "the node is not in that state", path: path)
        }
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("revision", receipt.revision.rawValue)
        printer.writeKey("deleted")
        printer.writeArray(receipt.deleted) { $1.writeString($0.description) }
        printer.writeKey("expired")
        printer.writeArray(receipt.expired) { $1.writeString($0.description) }
        printer.endObject()
        return Response(json: &printer).at(receipt.revision)
    }

    private func wantsValue(_ query: RequestQuery) throws -> Bool {
        switch query["form"] {
        case nil: return false
        case "value": return true
        default: throw RequestError(.invalidRequest, "expected value as 'form'")
        }
    }

    /// Under a condition, a node that is not there is a condition that is not met (RFC 9110 §13.1.1).
    private func refusing<Receipt>(
        _ preconditions: Preconditions, _ write: () async throws -> Receipt
    ) async throws -> Receipt {
        do {
            return try await write()
        } catch StoreError.Code.nodeNotFound where preconditions != .none {
            throw StoreError(.conditionFailed, "there is no node", path: path)
        }
    }
}

extension Preconditions {
    /// Whether a read is to answer with the node in this state; false for one that has it already.
    ///
    /// - Throws: ``RequestError`` 412 when the client wants another state.
    fileprivate func permitReading(_ tag: EntityTag) throws -> Bool {
        switch self {
        case .none, .present: return true
        case .absent: return false
        case .matchesNone(let tags): return !tags.contains(tag)
        case .matches(let tags):
            guard tags.contains(tag) else {
                throw RequestError(.conditionFailed, "the node is in another state")
            }
            return true
        }
    }
}
