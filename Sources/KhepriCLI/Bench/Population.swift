import CBOR
import Khepri
import KhepriTree

/// Many nodes of 100 bytes, a thousand to a directory.
enum Population {
    static let width = 1_000

    /// Writes the nodes through the log.
    static func fill(_ store: TreeStore, nodes: Int) async throws {
        var writes = OrderedWrites(LocalStore(store))
        var value = [UInt8](repeating: 0x5A, count: 98)
        for number in 0..<nodes {
            withUnsafeBytes(of: number.littleEndian) { value.replaceSubrange(..<8, with: $0) }
            let path: TreePath = "/data/\("d\(number / width)")/\("n\(number % width)")"
            let write = TreeOperation.Write(payload: try Payload(.bytes(value)))
            try await writes.add(TreeOperation(.put(write), at: TreePattern(path)))
        }
        try await writes.finish()
    }
}
