import Foundation
import Khepri
import KhepriTree
import Testing

@testable import KhepriCLI

@Suite("Nodes that leases keep, in transfers") struct LeasedNodeTests {
    private static func withStore(
        _ body: (TreeStore) async throws -> Void
    ) async throws {
        let store = try await TreeStore.inMemory()
        let lease = try await store.lease(timeToLive: .seconds(60))
        try await store.put("a", at: "/stays/oak")
        try await store.put("b", at: "/workers/seven", keepWhile: [.lease(lease)])
        try await store.put("c", at: "/workers/seven/load")
        try await body(store)
        try await lease.revoke()
        try await store.close()
    }

    @Test func `a directory does not get them`() async throws {
        try await Self.withStore { store in
            try await Program.withDirectory { directory in
                let files = directory + "/files"
                let count = try await DirectoryWriter.write(.root, to: files, progress: { _ in }) {
                    try await LocalStore(store).forEachOperation(below: .root, $0)
                }
                #expect(count == 2)
                #expect(
                    try FileManager.default.subpathsOfDirectory(atPath: files).sorted() == [
                        "stays", "stays/oak",
                    ])
            }
        }
    }

    @Test func `an import that deletes what its source lacks leaves them alone`() async throws {
        try await Self.withStore { store in
            var difference = ImportDifference(from: store.view, at: .root)
            let write = TreeOperation.Write(payload: nil, keepWhile: nil)
            try difference.add(TreeOperation(.put(write), at: TreePattern("/workers" as TreePath)))
            #expect(difference.removed == ["/stays"])
        }
    }
}
