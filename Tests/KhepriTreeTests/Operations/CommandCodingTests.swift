import CBOR
import TestSupport
import Testing

@testable import KhepriTree

@Suite("Commands as bytes")
struct CommandCodingTests {
    @Test func `random commands survive their bytes and their text`() throws {
        var generator = OperationGenerator(random: .init(for: "command coding"))
        var writer = CBORWriter()
        for _ in 0..<3_000 {
            let command = TreeCommand(try generator.operation(), session: generator.session())
            writer.reset()
            try command.encode(into: &writer)
            #expect(try writer.withUnsafeBytes { try TreeCommand.decode($0) } == command)
            let text = command.operation.jsonText
            #expect(try OperationLine(text) == .operation(command.operation), "\(text)")
        }
    }

    @Test func `damaged commands are read or refused, and never trap`() throws {
        var generator = OperationGenerator(random: .init(for: "damaged commands"))
        var readCount = 0
        for _ in 0..<4_000 {
            let command = TreeCommand(try generator.operation(), session: generator.session())
            var bytes = try encoded(command)
            generator.random.damage(&bytes)
            guard let read = try? decoded(bytes) else { continue }
            readCount += 1
            #expect(try decoded(try encoded(read)) == read)
        }
        #expect(readCount > 0)
    }

    @Test func `random bytes are read or refused, and never trap`() {
        var random = TestRandom(for: "random commands")
        for _ in 0..<20_000 {
            var bytes: [UInt8] = [0x83, 1, 1]
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let isSmall = random.chance(50)
                bytes.append(isSmall ? .random(in: 0...12, using: &random) : random.byte())
            }
            _ = try? decoded(bytes)
        }
    }

    @Test func `a cut command is refused wherever it is cut`() throws {
        let command = TreeCommand(
            try TreeOperation(
                json: JSONParser.value(
                    of:
                        #"{"op":"compareAndSwap","path":["a",{"hasPayload":true}],"expected":{"k":1},"#
                        + #""value":[1,2],"keepWhile":[["../b",{"exists":true}]]}"#)),
            session: .init(id: SessionID(high: 1, low: 2), sequence: 9, lowestUnanswered: 3))
        let bytes = try encoded(command)
        #expect(try decoded(bytes) == command)
        for count in bytes.indices {
            #expect(throws: CommandError.self) { try decoded(Array(bytes[..<count])) }
        }
        #expect(throws: CommandError.self) { try decoded(bytes + [0]) }
    }

    @Test func `a newer version and an unknown kind are told apart from damage`() {
        #expect(failure(of: [0x83, 1, 1, 0xA0]) == .malformed)
        #expect(failure(of: [0x83, 1, 2, 0xF7]) == .malformed)
        #expect(failure(of: [0x83, 1, 4, 0xF7]) == .newerVersion)
        #expect(failure(of: [0x82, 1, 0x18, 200]) == .newerVersion)
        #expect(failure(of: [0x83, 2, 1, 0xA0]) == .unknownKind)
        #expect(failure(of: [0x83, 0, 1, 0xA0]) == .unknownKind)
        #expect(failure(of: [0x83, 1, 0, 0xA2, 0, 9, 1, 0x80]) == .malformed)
        #expect(failure(of: [0x81, 1]) == .malformed)
        #expect(failure(of: []) == .malformed)
    }

    @Test func `unknown keys are skipped, and keys in disorder are refused`() throws {
        let get: [UInt8] = [0x83, 1, 1, 0xA2, 0, 9, 1, 0x80]
        #expect(try decoded(get).operation == TreeOperation(.get))
        let withUnknown: [UInt8] = [0x83, 1, 1, 0xA3, 0, 9, 1, 0x80, 0x18, 99, 0x82, 1, 0x61, 0x61]
        #expect(try decoded(withUnknown).operation == TreeOperation(.get))
        #expect(failure(of: [0x83, 1, 1, 0xA2, 1, 0x80, 0, 9]) == .malformed)
        #expect(failure(of: [0x83, 1, 1, 0xA3, 0, 9, 0, 9, 1, 0x80]) == .malformed)
        #expect(failure(of: [0x83, 1, 1, 0xA1, 0, 9]) == .malformed)
        #expect(failure(of: [0x83, 1, 1, 0xA3, 0, 9, 1, 0x80, 5, 0x41, 0xF6]) == .malformed)
    }

    @Test func `a payload that is no deterministic item is refused`() {
        let put: [UInt8] = [0x83, 1, 1, 0xA3, 0, 0, 1, 0x80, 5]
        #expect((try? decoded(put + [0x41, 0xF6])) != nil)
        #expect(failure(of: put + [0x40]) == .malformed)
        #expect(failure(of: put + [0x42, 0x18, 0x01]) == .malformed)
        #expect(failure(of: put + [0x42, 0x01, 0x01]) == .malformed)
    }
}

extension TestRandom {
    mutating func byte() -> UInt8 {
        UInt8(truncatingIfNeeded: next())
    }

    /// Flips bits, cuts, inserts or replaces.
    mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0..<Int.random(in: 1...3, using: &self) {
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: bytes.insert(byte(), at: index)
            case 1: bytes[index] = byte()
            case 2 where bytes.count > 1: bytes.remove(at: index)
            default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            }
        }
    }
}

/// The bytes of a command.
func encoded(_ command: TreeCommand) throws -> [UInt8] {
    var writer = CBORWriter()
    try command.encode(into: &writer)
    return writer.finish()
}

/// The command of bytes.
func decoded(_ bytes: [UInt8]) throws -> TreeCommand {
    try bytes.withUnsafeBytes { try TreeCommand.decode($0) }
}

/// Why bytes are no command, nil when they are one.
func failure(of bytes: [UInt8]) -> CommandError.Code? {
    do {
        _ = try decoded(bytes)
        return nil
    } catch {
        return (error as? CommandError)?.code
    }
}
