import CBOR
import Testing

@testable import KhepriTree

@Suite("Recorded operations")
struct TraceCodingTests {
    @Test func `every recorded line is read, and written and read again without loss`() throws {
        var operationCount = 0
        for file in try ConformanceTraces.files() {
            for line in try ConformanceTraces.lines(of: file) {
                switch try Self.read(line) {
                case .header?: #expect(line.number == 1, "\(file):\(line.number)")
                case .operation(let operation)?:
                    operationCount += 1
                    try Self.checkRoundTrips(operation, line)
                case .reset?, nil: continue
                }
            }
        }
        #expect(operationCount == 16_696)
    }

    /// The line, nil when its recorded result says that it is none.
    private static func read(_ line: ConformanceTraces.Line) throws -> OperationLine? {
        let expected = line.json["result"]?["error"]?["code"]
        let isInvalid =
            expected == .string("invalidPath") || expected == .string("invalidOperation")
        do {
            let read = try OperationLine(line.json)
            #expect(!isInvalid, "\(line.file):\(line.number)")
            return read
        } catch let error as OperationError {
            let found = JSONValue.string(CBORText(error.code.rawValue))
            #expect(found == expected, "\(line.file):\(line.number): \(error)")
            return nil
        }
    }

    private static func checkRoundTrips(
        _ operation: TreeOperation, _ line: ConformanceTraces.Line
    ) throws {
        let again = try OperationLine(operation.jsonText)
        #expect(again == .operation(operation), "\(line.file):\(line.number)")
        var writer = CBORWriter()
        try TreeCommand(operation).encode(into: &writer)
        let decoded = try writer.withUnsafeBytes { try TreeCommand.decode($0) }
        #expect(decoded.operation == operation, "\(line.file):\(line.number)")
    }
}
