import CBOR
import TestSupport
import Testing

@testable import KhepriTree

@Suite("Loading a state") struct StateLoaderTests {
    /// The message about a stream that is right but for one change.
    private func refusal(
        nodes: UInt64 = 1, sessions: UInt64 = 0, _ change: (inout StateStream) -> Void
    ) throws -> String? {
        var stream = StateStream(nodeCount: nodes, sessionCount: sessions)
        change(&stream)
        return try StateStream.refusal(of: stream.bytes)
    }

    private func refusal(ofNodes nodes: [[UInt8]]) throws -> String? {
        try refusal(nodes: UInt64(nodes.count) + 1) { $0.nodes += nodes }
    }

    private static let wrongHash = "the state hash is not the one of the header"

    @Test func `a stream that is right but for its hash is read to its end`() throws {
        #expect(try refusal { _ in } == Self.wrongHash)
        let nodes = [
            StateStream.node(1, "a"), StateStream.node(2, "b", rest: [[0xF5], [0x01]]),
            StateStream.node(1, "b"),
        ]
        #expect(try refusal(ofNodes: nodes) == Self.wrongHash)
        #expect(
            try refusal(sessions: 2) {
                $0.sessions = [StateStream.session(id: 1), StateStream.session(id: 2)]
            } == Self.wrongHash)
    }

    @Test func `keys of the header are there, each once and in order`() throws {
        for key in 0...6 {
            #expect(
                try refusal { $0.header.remove(at: key) }
                    == "at byte 1 of the state, in the header: "
                    + "expected key \(key) in the header, found none")
        }
        #expect(
            try refusal { $0.header.insert((2, StateStream.encode(7)), at: 3) }?
                .contains("in the header: expected keys in ascending order, found 2") == true)
        #expect(
            try refusal { $0.header.swapAt(2, 3) }
                == "at byte 1 of the state, in the header: "
                + "expected keys in ascending order, found 2")
        #expect(try refusal { $0.header.append((10, [0x61, 0x61])) } == Self.wrongHash)
    }

    @Test func `a version this code does not know is refused`() throws {
        for key in [0, 1] {
            for version: UInt64 in [0, StateHeader.version + 1, .max] {
                let message = try refusal { $0.header[key].value = StateStream.encode(version) }
                #expect(message?.contains("found \(version)") == true)
                var stream = StateStream(nodeCount: 1, sessionCount: 0)
                stream.header[key].value = StateStream.encode(version)
                let bytes = stream.bytes
                let error = #expect(throws: StateError.self) {
                    var loader = StateLoader()
                    try loader.consume(bytes)
                }
                #expect(error?.isOfNewerVersion == (version > 0))
            }
        }
    }

    @Test func `bytes after the header or after the last session are refused`() throws {
        let stream = StateStream()
        let header = StateStream.block([0xA0, 0x00])
        #expect(try StateStream.refusal(of: header)?.contains("key 0") == true)
        #expect(
            try refusal { $0.nodes.append(StateStream.node(1, "a")) }?
                .contains("in session 1: expected the end, found more than") == true)
        #expect(
            try StateStream.refusal(of: stream.bytes + [0x41])
                == "the state ends inside the block at byte \(stream.bytes.count)")
        #expect(
            try StateStream.refusal(of: stream.bytes + StateStream.block([0x00]))?
                .contains("expected the end") == true)
    }

    @Test func `wrong counts are refused`() throws {
        #expect(try refusal(nodes: 2) { _ in } == "expected 2 nodes, found 1")
        #expect(try refusal(nodes: .max) { _ in }?.hasSuffix("nodes, found 1") == true)
        #expect(try refusal(nodes: 0) { _ in }?.contains("expected the end") == true)
        #expect(try refusal(sessions: 1) { _ in } == "expected 1 sessions, found 0")
        #expect(
            try refusal { $0.header[4].value = [0x20] }?.contains("found a negative integer")
                == true)
        #expect(try StateStream.refusal(of: []) == "expected the header of a state, found no bytes")
    }

    @Test func `absurd lengths are refused before anything is read`() throws {
        let lengths: [[UInt8]] = [
            [0x5B] + Array(repeating: 0xFF, count: 8), [0x5A, 0x02, 0x00, 0x00, 0x01],
        ]
        for length in lengths {
            #expect(
                try StateStream.refusal(of: length)?.contains(
                    "at byte 0 of the state: expected a block of at most 33554432 bytes") == true)
        }
        for byte: UInt8 in [0x00, 0x5C, 0x5F, 0x60, 0x80, 0xA0, 0xF6] {
            #expect(
                try StateStream.refusal(of: [byte])
                    == "at byte 0 of the state: expected a block as a byte string")
        }
        let name = [0x88, 0x01, 0x7A, 0xFF, 0xFF, 0xFF, 0xFF] as [UInt8]
        #expect(try refusal(ofNodes: [name])?.contains("found the end of the input") == true)
        let entries = StateStream.node(1, "a", rest: [[0x9A, 0x00, 0x01, 0x00, 0x00]])
        #expect(try refusal(ofNodes: [entries])?.contains("found the end of the input") == true)
    }

    @Test func `the root comes first and once`() throws {
        #expect(
            try refusal { $0.nodes = [StateStream.node(1, "a")] }?
                .contains("in the root: expected the root, found a node at depth 1") == true)
        #expect(
            try refusal(ofNodes: [StateStream.node(0, nil)])?
                .contains("expected a depth of 1 to 64, found 0") == true)
    }

    @Test func `a parent comes before its children`() throws {
        let nodes = [StateStream.node(1, "a"), StateStream.node(3, "b")]
        let place = StateStream(nodeCount: 3).bytes.count + 1 + nodes[0].count
        #expect(
            try refusal(ofNodes: nodes)
                == "at byte \(place) of the state, in node 3, which follows /a: "
                + "expected the parent of a node first, found depth 3")
        for depth: UInt64 in [65, .max] {
            let message = try refusal(ofNodes: [StateStream.node(depth, "a")])
            #expect(message?.contains("found \(depth)") == true)
        }
    }

    @Test(arguments: ["a", "b"]) func `siblings are in order and distinct`(first: String) throws {
        let tops = [StateStream.node(1, first), StateStream.node(1, "a")]
        #expect(
            try refusal(ofNodes: tops)?.contains("behind those of its siblings, found a") == true)
        let below = [
            StateStream.node(1, "x"), StateStream.node(2, first), StateStream.node(3, "y"),
            StateStream.node(2, "a"),
        ]
        #expect(
            try refusal(ofNodes: below)?.contains("behind those of its siblings, found a") == true)
    }

    @Test func `a path of 64 names is read`() throws {
        let nodes = (1...64).map { StateStream.node($0, "n") }
        #expect(try refusal(ofNodes: nodes) == Self.wrongHash)
    }

    @Test func `malformed names are refused`() throws {
        let long = String(repeating: "n", count: 256)
        for name in ["", long] {
            #expect(
                try refusal(ofNodes: [StateStream.node(1, name)])?.contains("a name of") == true)
        }
        var invalid = StateStream.node(1, "aa")
        invalid[3] = 0xFF
        #expect(try refusal(ofNodes: [invalid])?.contains("UTF-8") == true)
    }

    @Test(
        arguments: [
            [0, 1, 5, 5, 5], [1, 0, 5, 5, 5], [.max, 1, 5, 5, 5], [1, .max, 5, 5, 5],
            [1, 1, 101, 101, 101], [1, 1, 5, 101, 5], [1, 1, 5, 5, 101], [1, 1, 5, 4, 5],
            [1, 1, 5, 5, 4],
        ] as [[UInt64]])
    func `versions and revisions that cannot be are refused`(numbers: [UInt64]) throws {
        let message = try refusal(ofNodes: [StateStream.node(1, "a", numbers: numbers)])
        #expect(message?.contains("node 2, which follows /: expected") == true)
    }

    @Test func `malformed payloads and keep-while sets are refused`() throws {
        let rests: [[[UInt8]]] = [
            [[0xF4]], [[0x80]], [[0x81, 0x00]], [[0xF6], [0x18, 0x01]], [[0xF6], [0xC0, 0x00]],
            [[0xF6], [0x00], [0x00]], [],
        ]
        for rest in rests {
            let message = try refusal(ofNodes: [StateStream.node(1, "a", rest: rest)])
            #expect(message?.contains("in node 2, which follows /:") == true)
        }
    }

    @Test func `sessions that cannot be are refused`() throws {
        let wrong: [[[UInt8]]] = [
            [StateStream.session(id: 2), StateStream.session(id: 1)],
            [StateStream.session(id: 1), StateStream.session(id: 1)],
            [StateStream.session(id: 1, time: 5_001)], [StateStream.session(id: 1, revision: 101)],
            [[0x80]],
        ]
        for sessions in wrong {
            let message = try refusal(sessions: UInt64(sessions.count)) { $0.sessions = sessions }
            #expect(message?.contains("in session \(sessions.count):") == true, "\(message ?? "")")
        }
    }

    @Test func `random damage is refused or does no harm, wherever the pieces end`() throws {
        var generator = TestRandom(for: "damaged states")
        var stream = StateStream(nodeCount: 7, sessionCount: 1)
        for name in ["a", "b", "c"] {
            stream.nodes.append(StateStream.node(1, name, rest: [[0xF5]]))
            stream.nodes.append(StateStream.node(2, name, rest: [[0xF6], [0x61, 0x61]]))
        }
        stream.sessions = [StateStream.session(id: 1)]
        for _ in 0..<3_000 {
            var bytes = stream.bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = .random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(.random(in: 0...255, using: &generator), at: place)
                }
            }
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            var loader = StateLoader()
            #expect(throws: StateError.self) {
                try loader.consume(Array(bytes[..<cut]))
                try loader.consume(Array(bytes[cut...]))
                _ = try loader.finish()
            }
        }
    }
}
