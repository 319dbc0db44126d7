import CBOR
import Testing

@testable import KhepriTree

@Suite("Limits of commands")
struct CommandLimitTests {
    private static func nested(_ depth: Int) -> NodeCondition {
        (1..<depth).reduce(.exists(true)) { condition, _ in .not(condition) }
    }

    private static func code(of operation: TreeOperation) -> CommandError.Code? {
        do {
            _ = try encoded(TreeCommand(operation))
            return nil
        } catch {
            return (error as? CommandError)?.code
        }
    }

    private static func put(_ payload: Payload?) -> TreeOperation {
        TreeOperation(.put(.init(payload: payload)), at: "/a")
    }

    @Test func `conditions nest 32 deep`() throws {
        let deepest = TreeOperation(.get, at: TreePattern(components: [Self.nested(32)]))
        #expect(try decoded(try encoded(TreeCommand(deepest))).operation == deepest)
        #expect(try OperationLine(deepest.jsonText) == .operation(deepest))
        let deeper = TreeOperation(.get, at: TreePattern(components: [Self.nested(33)]))
        #expect(Self.code(of: deeper) == .limitExceeded)
        let error = #expect(throws: OperationError.self) { try OperationLine(deeper.jsonText) }
        #expect(error?.code == .invalidOperation)
    }

    @Test func `bytes of deeper conditions are refused`() {
        let header: [UInt8] = [0x83, 1, 1, 0xA2, 0, 9, 1, 0x81]
        let not: [UInt8] = [0x82, 8]
        let exists: [UInt8] = [0x82, 4, 0xF5]
        for (depth, code) in [(32, nil), (33, .limitExceeded), (100_000, .limitExceeded)]
            as [(Int, CommandError.Code?)]
        {
            let nots = Array(repeatElement(not, count: depth - 1).joined())
            #expect(failure(of: header + nots + exists) == code, "\(depth)")
        }
    }

    @Test func `a component consists of 1,000 conditions`() throws {
        func wide(_ count: Int) -> TreeOperation {
            let condition = NodeCondition.any(Array(repeating: .anyName, count: count - 1))
            return TreeOperation(.getMany, at: TreePattern(components: [condition]))
        }
        #expect(try decoded(try encoded(TreeCommand(wide(1_000)))).operation == wide(1_000))
        #expect(Self.code(of: wide(1_001)) == .limitExceeded)
        #expect(throws: OperationError.self) { try OperationLine(wide(1_001).jsonText) }
        let header: [UInt8] = [0x83, 1, 1, 0xA2, 0, 10, 1, 0x81, 0x99, 0x03, 0xE9, 10]
        let names = Array(repeatElement([0x81, 0] as [UInt8], count: 1_000).joined())
        #expect(failure(of: header + names) == .limitExceeded)
    }

    @Test func `payload patterns nest 32 deep`() throws {
        func expected(_ depth: Int) -> TreeOperation {
            let pattern = (1..<depth).reduce(PayloadPattern.anything) { inner, _ in .array([inner])
            }
            return TreeOperation(
                .compareAndSwap(expected: pattern, .init(payload: nil)), at: "/a")
        }
        #expect(try decoded(try encoded(TreeCommand(expected(32)))).operation == expected(32))
        #expect(Self.code(of: expected(33)) == .limitExceeded)
        #expect(throws: OperationError.self) { try OperationLine(expected(33).jsonText) }
    }

    @Test func `a path has 64 components in every form`() throws {
        let longest = TreePattern(components: Array(repeating: .anyName, count: 64))
        let operation = TreeOperation(.getMany, at: longest)
        #expect(try decoded(try encoded(TreeCommand(operation))).operation == operation)
        let longer = TreePattern(components: Array(repeating: .anyName, count: 65))
        #expect(Self.code(of: TreeOperation(.getMany, at: longer)) == .limitExceeded)
        let names = Array(repeating: #"{"exists":true}"#, count: 65).joined(separator: ",")
        let error = #expect(throws: OperationError.self) {
            try OperationLine(#"{"op":"getMany","path":[\#(names)]}"#)
        }
        #expect(error?.code == .invalidPath)
    }

    @Test func `a transaction has 10,000 operations`() throws {
        func transaction(_ count: Int) -> TreeOperation {
            TreeOperation(.transaction(readOnly: true, Array(repeating: .init(.get), count: count)))
        }
        let largest = transaction(10_000)
        #expect(try decoded(try encoded(TreeCommand(largest))).operation == largest)
        #expect(Self.code(of: transaction(10_001)) == .limitExceeded)
        let header: [UInt8] = [0x83, 1, 1, 0xA2, 0, 16, 11, 0x99, 0x27, 0x11]
        let get: [UInt8] = [0xA2, 0, 9, 1, 0x80]
        let bytes = header + Array(repeatElement(get, count: 10_001).joined())
        #expect(failure(of: bytes) == .limitExceeded)
    }

    @Test func `a payload has 8 MiB and a command 16 MiB`() throws {
        let overhead = 5
        let text = Array(repeating: UInt8(ascii: "x"), count: (8 << 20) - overhead)
        let largest = try Payload(.bytes(text))
        #expect(largest.bytes.count == 8 << 20)
        #expect(
            try decoded(try encoded(TreeCommand(Self.put(largest)))).operation.kind
                == .put(.init(payload: largest)))
        #expect(throws: CBORError.self) { try Payload(.bytes(text + [0])) }
        let larger = Payload(validated: [0x5A, 0x00, 0x7F, 0xFF, 0xFC] + text + [0])
        #expect(Self.code(of: Self.put(larger)) == .limitExceeded)
        let two = [Self.put(largest), Self.put(largest)]
        #expect(Self.code(of: TreeOperation(.transaction(readOnly: false, two))) == .limitExceeded)
        #expect(failure(of: Array(repeating: 0, count: 16 << 20 + 1)) == .limitExceeded)
    }

    @Test func `only transactions hold aborts, and nothing holds a transaction`() throws {
        let reason = try Payload(.null)
        let empty = TreeOperation(.transaction(readOnly: false, []))
        #expect(Self.code(of: TreeOperation(.abort(reason: reason))) == .malformed)
        #expect(Self.code(of: TreeOperation(.abortIfError(reason: reason))) == .malformed)
        #expect(Self.code(of: TreeOperation(.transaction(readOnly: false, [empty]))) == .malformed)
        #expect(
            Self.code(of: TreeOperation(.transaction(readOnly: false, [.init(.dump)])))
                == .malformed)
        #expect(
            failure(of: [0x83, 1, 1, 0xA2, 0, 16, 11, 0x81, 0xA2, 0, 16, 11, 0x80]) == .malformed)
        #expect(failure(of: [0x83, 1, 1, 0xA2, 0, 17, 12, 0x41, 0xF6]) == .malformed)
    }

    @Test func `what cannot be read back is not written`() {
        let twice = PayloadPattern.map([
            .init(key: "a", pattern: .anything), .init(key: "a", pattern: .anything),
        ])
        let container = PayloadPattern.exactly(.array([]))
        let broken = PayloadPattern.compared(
            .eq, .map([.init(key: "a", value: .null), .init(key: "a", value: .null)]))
        for pattern in [twice, container, broken] {
            let operation = TreeOperation(
                .compareAndSwap(expected: pattern, .init(payload: nil)), at: "/a")
            #expect(Self.code(of: operation) == .malformed)
        }
        let entry = KeepWhileEntry(.relative(up: 65, "/"), .exists(true))
        let put = TreeOperation(.put(.init(payload: nil, keepWhile: [entry])), at: "/a")
        #expect(Self.code(of: put) == .limitExceeded)
        let session = TreeCommand.Session(
            id: SessionID(high: 0, low: 0), sequence: 1, lowestUnanswered: 2)
        #expect(throws: CommandError.self) {
            try encoded(TreeCommand(Self.put(nil), session: session))
        }
    }
}
