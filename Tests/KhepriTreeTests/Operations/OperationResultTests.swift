import CBOR
import Testing

@testable import KhepriTree

@Suite("Lines of results")
struct OperationResultTests {
    private static func node() throws -> ResultNode {
        var node = ResultNode(path: "/a%2Fb/%2E")
        node.payload = try Payload(json: #"{"k":[1,1.0],"x":null}"#)
        node.hasPayload = true
        node.payloadVersion = 3
        node.childListVersion = 2
        node.childCount = 2
        node.childNames = ["*", "a/b"]
        node.deleteReason = .keepWhile
        node.createdRevision = Revision(7)
        node.modifiedRevision = Revision(8)
        node.childrenRevision = Revision(9)
        return node
    }

    @Test func `a node is a path with its properties`() throws {
        let nodes = OperationResult.nodes([ResultNode(path: .root), try Self.node()])
        #expect(
            nodes.jsonText == #"{"nodes":[["/",{}],["/a%2Fb/%2E",{"value":{"k":[1,1.0],"x":null},"#
                + #""hasPayload":true,"payloadVersion":3,"childListVersion":2,"childCount":2,"#
                + #""childNames":["*","a/b"],"deleteReason":"keepWhile","createdRevision":7,"#
                + #""modifiedRevision":8,"childrenRevision":9}]]}"#)
    }

    @Test func `other results are one member each`() throws {
        #expect(OperationResult.boolean(false).jsonText == #"{"bool":false}"#)
        #expect(OperationResult.count(12).jsonText == #"{"count":12}"#)
        #expect(OperationResult.ok.jsonText == #"{"ok":true}"#)
        #expect(
            OperationResult.results([.ok, .count(0), .nodes([])]).jsonText
                == #"{"results":[{"ok":true},{"count":0},{"nodes":[]}]}"#)
        #expect(
            OperationResult.aborted(reason: try Payload(json: #"{"$literal":{"$x":1}}"#)).jsonText
                == #"{"aborted":{"$literal":{"$x":1}}}"#)
    }

    @Test func `an error has its code, path and message`() {
        let error = OperationError(.nodeNotFound, "expected a node", path: "/a", isTarget: true)
        #expect(
            OperationResult.error(error).jsonText
                == #"{"error":{"code":"nodeNotFound","path":"/a","#
                + #""isTarget":true,"message":"expected a node"}}"#)
        #expect(
            OperationResult.error(.init(.invalidOperation, "no")).jsonText
                == #"{"error":{"code":"invalidOperation","message":"no"}}"#)
    }
}

@Suite("Payloads")
struct PayloadTests {
    @Test(arguments: [
        "null", "true", "-1", "18446744073709551615", "1.0", "-0.0", #""é""#, "[]",
        #"{"$bytes":"AP8="}"#, #"{"$double":"NaN"}"#, #"{"$literal":{"$bytes":"x"}}"#,
        #"{"a":[1,{"b":2.5}],"bb":{}}"#,
    ])
    func `JSON text survives a payload`(text: String) throws {
        let payload = try Payload(json: text)
        #expect(payload.jsonText == text)
        #expect(try Payload(cbor: payload.bytes) == payload)
    }

    @Test func `numbers keep their kind`() throws {
        #expect(try Payload(json: "1") != Payload(json: "1.0"))
        #expect(try Payload(json: "0.0") != Payload(json: "-0.0"))
        #expect(try Payload(json: "1") == Payload(.unsigned(1)))
    }

    @Test(arguments: ["", "{", "18446744073709551616", #"{"a":1,"a":2}"#, #""\ud800""#, "1 2"])
    func `text that is no value is refused`(text: String) {
        #expect(throws: CBORError.self) { try Payload(json: text) }
    }

    @Test(arguments: [[], [0x18, 1], [1, 1], [0x81], [0xC0, 1], [0x61, 0xFF]] as [[UInt8]])
    func `bytes that are not one deterministic item are refused`(bytes: [UInt8]) {
        #expect(throws: CBORError.self) { try Payload(cbor: bytes) }
    }

    @Test func `a payload is no longer than its limit`() throws {
        let bytes: [UInt8] = [0x63, 0x61, 0x62, 0x63]
        #expect(try Payload(cbor: bytes, byteLimit: 4).bytes == bytes)
        #expect(throws: CBORError.self) { try Payload(cbor: bytes, byteLimit: 3) }
    }
}
