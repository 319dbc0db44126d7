import CBOR
import KhepriTree

/// Asks the leader whether a lease goes on, and tells it that the holder is there.
struct LeaseQuestion {
    /// The number that the bytes begin with, as commands do; no command has it.
    private static let kind: UInt64 = 1 << 32
    private static let version: UInt64 = 1

    let lease: SessionID

    init(_ lease: SessionID) { self.lease = lease }

    /// The question as bytes.
    func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: 32)
        CommandHeader(kind: Self.kind, version: Self.version, partCount: 1).write(to: &writer)
        lease.write(to: &writer)
        return writer.finish()
    }

    /// - Throws: `CBORError` or `CommandError` if the bytes are another question or none.
    init(encoded bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { bytes in
            var reader = CBORReader(bytes)
            let header = try CommandHeader(from: &reader)
            guard header == CommandHeader(kind: Self.kind, version: Self.version, partCount: 1)
            else { throw CommandError(.malformed, "expected a question about a lease") }
            let question = LeaseQuestion(try SessionID(from: &reader))
            try reader.expectEnd()
            return question
        }
    }
}
