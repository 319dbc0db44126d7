import CBOR
import Foundation
import Testing

@testable import KhepriTree

/// Tests/Fixtures/commands-v1/commands.txt: a line has the bytes in hexadecimal and the operation.
@Suite("Commands of version 1")
struct GoldenCommandTests {
    private static func lines() throws -> [(bytes: [UInt8], operation: TreeOperation)] {
        let file = ConformanceTraces.directory.deletingLastPathComponent()
            .appending(path: "commands-v1/commands.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let columns = line.split(separator: " ", maxSplits: 1)
            let bytes = stride(from: 0, to: columns[0].count, by: 2).compactMap { start in
                UInt8(columns[0].dropFirst(start).prefix(2), radix: 16)
            }
            guard case .operation(let operation) = try OperationLine(String(columns[1])) else {
                throw OperationError(.invalidOperation, "expected an operation in the file")
            }
            return (bytes, operation)
        }
    }

    @Test func `the bytes of every command are as recorded`() throws {
        let lines = try Self.lines()
        for line in lines {
            let command = try decoded(line.bytes)
            #expect(command.operation == line.operation, "\(line.operation.jsonText)")
            #expect(try encoded(command) == line.bytes, "\(line.operation.jsonText)")
        }
        let codes = Set(lines.map { OperationParts(of: $0.operation.kind).code })
        #expect(codes.count + 2 == OperationCode.allCases.count, "aborts stand in transactions")
    }

    @Test func `a session follows its operation`() throws {
        let command = TreeCommand(
            TreeOperation(.get, at: "/a"),
            session: .init(
                id: SessionID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F),
                sequence: 300, lowestUnanswered: 2))
        let bytes: [UInt8] =
            [0x84, 1, 1, 0xA2, 0, 9, 1, 0x81, 0x61, 0x61, 0xA3, 0, 0x50] + Array(0...15)
            + [1, 0x19, 0x01, 0x2C, 2, 2]
        #expect(try encoded(command) == bytes)
        #expect(try decoded(bytes) == command)
    }
}
