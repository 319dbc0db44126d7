import CBOR

@testable import KhepriTree

/// The stream of a state written by hand, to be wrong in one place; version 1, which has no digest.
struct StateStream {
    /// The values of the header by key, encoded.
    var header: [(key: UInt64, value: [UInt8])]
    var nodes: [[UInt8]] = [StateStream.node(0, nil)]
    var sessions: [[UInt8]] = []

    init(nodeCount: UInt64 = 1, sessionCount: UInt64 = 0) {
        header = [
            (0, Self.encode(1)), (1, Self.encode(1)), (2, Self.encode(100)),
            (3, Self.encode(5_000)), (4, Self.encode(nodeCount)), (5, Self.encode([1, 2, 3, 4])),
            (6, Self.encode(sessionCount)),
        ]
    }

    /// The whole stream: a block with the header, one with all else.
    var bytes: [UInt8] { Self.block(headerBytes) + Self.block((nodes + sessions).flatMap(\.self)) }

    private var headerBytes: [UInt8] {
        var writer = CBORWriter()
        writer.writeMapHeader(header.count)
        for (key, value) in header {
            writer.writeUnsigned(key)
            writer.writeEncoded(value)
        }
        return writer.finish()
    }

    static func block(_ contents: [UInt8]) -> [UInt8] {
        var writer = CBORWriter()
        writer.writeBytes(contents)
        return writer.finish()
    }

    static func encode(_ number: UInt64) -> [UInt8] {
        var writer = CBORWriter()
        writer.writeUnsigned(number)
        return writer.finish()
    }

    static func encode(_ numbers: [UInt64]) -> [UInt8] {
        var writer = CBORWriter()
        writer.writeArrayHeader(numbers.count)
        for number in numbers { writer.writeUnsigned(number) }
        return writer.finish()
    }

    /// A node; `numbers` are versions and revisions, `rest` what follows them, encoded.
    static func node(
        _ depth: UInt64, _ name: String?, numbers: [UInt64] = [1, 1, 5, 5, 5],
        rest: [[UInt8]] = [[0xF6]]
    ) -> [UInt8] {
        var writer = CBORWriter()
        writer.writeArrayHeader(2 + numbers.count + rest.count)
        writer.writeUnsigned(depth)
        if let name { writer.writeText(name) } else { writer.writeNull() }
        for number in numbers { writer.writeUnsigned(number) }
        for part in rest { writer.writeEncoded(part) }
        return writer.finish()
    }

    /// A session with one outcome.
    static func session(id: UInt64, time: UInt64 = 1, revision: UInt64 = 1) -> [UInt8] {
        var writer = CBORWriter()
        writer.writeArrayHeader(5)
        for number in [0, id, time, 1] { writer.writeUnsigned(number) }
        writer.writeArrayHeader(1)
        writer.writeEncoded(encode([1, revision, 0]))
        return writer.finish()
    }

    /// Why the loader refuses a stream, nil if it does not.
    static func refusal(of bytes: [UInt8]) throws -> String? {
        var loader = StateLoader()
        do {
            try loader.consume(bytes)
            _ = try loader.finish()
            return nil
        } catch let error as StateError {
            return error.description
        }
    }
}
