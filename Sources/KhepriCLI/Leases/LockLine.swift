import CBOR
import Khepri
import KhepriServer
import KhepriTree
import NIOHTTP1
import RaftRuntime

/// The line of those who want a lock of a server's store; `TreeLock` of the library stands in the same one.
///
/// Whoever waits has a child of the lock's node, kept by his lease, and the one whose child was created first
/// has the lock.
struct LockLine: Sendable {
    /// A place in the line.
    struct Place: Sendable {
        let path: TreePath
        /// The revision at which it was taken, greater than those of all before.
        let token: UInt64
    }

    let path: TreePath
    let store: String
    let endpoint: Endpoint

    private var client: ClusterClient { ClusterClient(endpoint: endpoint) }
    private var base: String { TargetText.base(of: store) }

    /// Takes a place at the end of the line.
    func join(_ lease: RemoteLease) async throws -> Place {
        guard let id = SessionID(hexadecimal: lease.id) else { throw endpoint.malformedAnswer }
        // A lease of its own for each holder: its name is nobody else's.
        let place = path.child(try PathComponent(lease.id))
        let write = TreeOperation.Write(payload: nil, keepWhile: [.lease(id)])
        let put = try place.put(write, if: .absent)
        let answer = try await client.request(.POST, base + "/ops", body: put.jsonText)
        if case .error(let error) = try OperationResult(answer: answer) { throw StoreError(error) }
        guard case .unsigned(let revision)? = answer["revision"] else {
            throw endpoint.malformedAnswer
        }
        return Place(path: place, token: revision)
    }

    /// Waits until a place is the first.
    ///
    /// - Parameter patient: Whether to wait if somebody stands before it.
    /// - Returns: Whether it is.
    /// - Throws: ``ProgramExit`` when the place is lost.
    func waitForTurn(of place: Place, patient: Bool) async throws -> Bool {
        while let (before, revision) = try await predecessor(of: place) {
            guard patient else { return false }
            do {
                // Each waits for the one before him, so that a change does not wake all of them.
                var changes = try RemoteEvents.changes(
                    of: store, at: endpoint, matching: TreePattern(before), since: "\(revision)")
                try await changes.run(lost: { _ in }) { try !Self.isDeletion($0) }
            } catch StoreError.Code.compacted {
                // Too much was changed meanwhile: the line itself says who stands in it.
            }
        }
        return true
    }

    private static func isDeletion(_ change: String) throws -> Bool {
        try JSONParser.value(of: change)["change"] == .string("deleted")
    }

    /// Who stands just before a place, at a revision; nil if nobody does.
    private func predecessor(
        of place: Place
    ) async throws -> (path: TreePath, revision: UInt64)? {
        var before: ShownNode?
        var isThere = false
        var revision: UInt64?
        var after: String?
        repeat {
            let query = TargetText.query([
                ("pattern", TreePattern(path).appending("/*").description), ("after", after),
            ])
            let reply = try await client.reply(.GET, base + "/nodes" + query)
            let page = try endpoint.json(of: reply)
            guard case .array(let nodes)? = page["nodes"] else { throw endpoint.malformedAnswer }
            for json in nodes {
                guard let node = try ShownNode(json: json) else { throw endpoint.malformedAnswer }
                if node.createdRevision == place.token { isThere = true }
                guard node.createdRevision < place.token,
                    node.createdRevision > before?.createdRevision ?? 0
                else { continue }
                before = node
            }
            // What changes while the pages are read is told, too.
            revision = revision ?? reply.revision
            after = if case .string(let text)? = page["after"] { text.string } else { nil }
        } while after != nil
        guard isThere else { throw RemoteLease.endedExit }
        guard let revision else { throw endpoint.malformedAnswer }
        return before.map { ($0.path, revision) }
    }
}
