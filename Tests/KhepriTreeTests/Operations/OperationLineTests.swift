import CBOR
import Testing

@testable import KhepriTree

@Suite("Lines of operations")
struct OperationLineTests {
    @Test func `headers and resets are told apart from operations`() throws {
        #expect(try OperationLine(#"{"format":"khepri-ops/1","seed":1}"#) == .header)
        #expect(try OperationLine(#"{"op":"reset","name":"a test"}"#) == .reset)
        #expect(try OperationLine(#"{"op":"dump"}"#) == .operation(.init(.dump)))
        #expect(try OperationLine(#" {"op" : "get","path":"/"} "#) == .operation(.init(.get)))
    }

    @Test func `the result and the notes of a recorded line are ignored`() throws {
        let line =
            #"{"op":"get","path":"/a","result":{},"compare":false,"decision":"x","name":"y"}"#
        #expect(try OperationLine(line) == .operation(.init(.get, at: "/a")))
    }

    @Test(
        arguments: [
            (#"{"op":"get","path":"**"}"#, .init(.get, at: "/**")),
            (#"{"op":"get","path":["a*","..","."]}"#, .init(.get, at: "/a%2A/%2E%2E/%2E")),
            (
                #"{"op":"get","path":[{"wildcard":"*"},{"wildcard":"**"}],"includeRoot":true}"#,
                .init(.get, at: "/*/**", options: .init(includeRoot: true))
            ),
            (
                #"{"op":"put","path":"/a","noPayload":true,"return":[],"returnIndirectDeletes":false}"#,
                .init(
                    .put(.init(payload: nil)), at: "/a",
                    options: .init(returning: [], returnIndirectDeletes: false))
            ),
            (
                #"{"op":"put","path":"/a","noPayload":true,"keepWhile":[["..","b"],[["."],{"exists":true}]]}"#,
                .init(
                    .put(
                        .init(
                            payload: nil,
                            keepWhile: [
                                .init(.relative(up: 1, "/"), .named("b")),
                                .init(.absolute("/%2E"), .exists(true)),
                            ])), at: "/a")
            ),
            (
                #"{"op":"clearPayload","path":"/a","keepWhile":[]}"#,
                .init(.clearPayload(keepWhile: []), at: "/a")
            ),
            (
                #"{"op":"move","path":"/b","from":["a*"]}"#,
                .init(.move(from: "/a%2A", overwrite: false), at: "/b")
            ),
            (
                #"{"op":"copy","path":"/b","from":"/a","overwrite":true}"#,
                .init(.copy(from: "/a", overwrite: true), at: "/b")
            ),
            (#"{"op":"transaction","ops":[]}"#, .init(.transaction(readOnly: false, []))),
            (
                #"{"op":"transaction","mode":"ro","ops":[{"op":"count","path":"/*"}]}"#,
                .init(.transaction(readOnly: true, [.init(.count, at: "/*")]))
            ),
        ] as [(String, TreeOperation)])
    func `a line stands for this operation`(line: String, operation: TreeOperation) throws {
        #expect(try OperationLine(line) == .operation(operation))
        #expect(try OperationLine(operation.jsonText) == .operation(operation))
    }

    @Test(arguments: [
        ("", "expected a value"),
        ("{", "expected"),
        ("[]", "expected an object"),
        ("{}", "'op'"),
        (#"{"op":1}"#, "'op'"),
        (#"{"op":"fetch"}"#, "'fetch'"),
        (#"{"format":"khepri-ops/2"}"#, "khepri-ops/1"),
        (#"{"op":"reset","path":"/"}"#, "'path'"),
        (#"{"op":"get"}"#, "'path'"),
        (#"{"op":"get","path":1}"#, "'path'"),
        (#"{"op":"get","path":[1]}"#, "a condition"),
        (#"{"op":"get","path":[{"exists":true,"not":"a"}]}"#, "one member"),
        (#"{"op":"get","path":"/","colour":1}"#, "'colour'"),
        (#"{"op":"get","path":"/","value":1}"#, "'value'"),
        (#"{"op":"get","path":"/","keepWhile":[]}"#, "'keepWhile'"),
        (#"{"op":"get","path":"/","op":"put"}"#, "twice"),
        (#"{"op":"put","path":"/"}"#, "neither"),
        (#"{"op":"put","path":"/","noPayload":false}"#, "neither"),
        (#"{"op":"put","path":"/","value":1,"noPayload":true}"#, "both"),
        (#"{"op":"put","path":"/","value":{"$bytes":"?"}}"#, "'value'"),
        (#"{"op":"put","path":"/","value":1,"keepWhile":{}}"#, "'keepWhile'"),
        (#"{"op":"put","path":"/","value":1,"keepWhile":[["/a"]]}"#, "'keepWhile'"),
        (#"{"op":"compareAndSwap","path":"/","value":1}"#, "'expected'"),
        (#"{"op":"compareAndSwap","path":"/","value":1,"expected":{"$what":1}}"#, "'$what'"),
        (#"{"op":"compareAndSwap","path":"/","value":1,"expected":{"$any":false}}"#, "'$any'"),
        (#"{"op":"compareAndSwap","path":"/","value":1,"expected":{"$literal":1}}"#, "'$literal'"),
        (#"{"op":"get","path":"/","return":["colour"]}"#, "'colour'"),
        (#"{"op":"get","path":"/","includeRoot":1}"#, "'includeRoot'"),
        (#"{"op":"get","path":[{"wildcard":"***"}]}"#, "'wildcard'"),
        (#"{"op":"get","path":[{"nameMatches":"("}]}"#, "'nameMatches'"),
        (#"{"op":"get","path":[{"nameMatches":{"glob":1}}]}"#, "'glob'"),
        (#"{"op":"get","path":[{"childCount":{"eq":-1}}]}"#, "'childCount'"),
        (#"{"op":"get","path":[{"childCount":{"gt":1,"lt":3}}]}"#, "'childCount'"),
        (#"{"op":"get","path":[{"childKount":{"gt":1}}]}"#, "'childKount'"),
        (#"{"op":"transaction","ops":[{"op":"dump"}]}"#, "operation 1"),
        (#"{"op":"transaction","ops":[{"op":"get","path":"/"},{"op":"x"}]}"#, "operation 2"),
        (#"{"op":"transaction","mode":"wo","ops":[]}"#, "'mode'"),
        (#"{"op":"transaction","path":"/","ops":[]}"#, "'path'"),
        (#"{"op":"abort","reason":1}"#, "inside a transaction"),
    ])
    func `a malformed line is an invalid operation that says why`(line: String, reason: String) {
        let error = #expect(throws: OperationError.self) { try OperationLine(line) }
        #expect(error?.code == .invalidOperation)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "no error")")
    }

    @Test(arguments: [
        #"{"op":"get","path":""}"#,
        #"{"op":"get","path":"/a//b"}"#,
        #"{"op":"get","path":"/%"}"#,
        #"{"op":"get","path":[""]}"#,
        #"{"op":"get","path":[{"not":""}]}"#,
        #"{"op":"copy","path":"/a","from":"/*"}"#,
        #"{"op":"put","path":"/a","value":1,"keepWhile":[["..//",{"exists":true}]]}"#,
        #"{"op":"transaction","ops":[{"op":"get","path":"//"}]}"#,
    ])
    func `a malformed path is an invalid path`(line: String) {
        let error = #expect(throws: OperationError.self) { try OperationLine(line) }
        #expect(error?.code == .invalidPath)
    }

    @Test(
        arguments: [
            (#"{"$any":true}"#, .anything),
            (#"1"#, .exactly(.unsigned(1))),
            (#"1.0"#, .exactly(.double(1))),
            (#"{"$bytes":"AP8="}"#, .exactly(.bytes([0, 255]))),
            (#"{"$double":"NaN"}"#, .exactly(.double(.nan))),
            (#"{}"#, .map([])),
            (#"[1,{"$type":"bytes"}]"#, .array([.exactly(.unsigned(1)), .type(.bytes)])),
            (
                #"{"$literal":{"$any":true}}"#,
                .map([.init(key: "$any", pattern: .exactly(.boolean(true)))])
            ),
            (
                #"{"$eq":{"$literal":{"$a":1}}}"#,
                .compared(.eq, .map([.init(key: "$a", value: .unsigned(1))]))
            ),
            (
                #"{"$gt":1,"$lt":5}"#,
                .map([
                    .init(key: "$gt", pattern: .exactly(.unsigned(1))),
                    .init(key: "$lt", pattern: .exactly(.unsigned(5))),
                ])
            ),
            (
                #"{"$and":[{"$ge":1},{"$not":{"$or":[]}}]}"#,
                .all([.compared(.ge, .unsigned(1)), .not(.any([]))])
            ),
        ] as [(String, PayloadPattern)])
    func `a payload pattern is read and written as this`(text: String, pattern: PayloadPattern)
        throws
    {
        #expect(try PayloadPattern(json: JSONParser.value(of: text)) == pattern)
        var printer = JSONPrinter()
        pattern.write(to: &printer)
        #expect(printer.finish() == text)
    }

    @Test func `conditions and relative paths without a text form are written as arrays`() {
        let pattern = TreePattern("/stock/o*k").child(where: .hasPayload(true))
        #expect(pattern.description == #"/stock/o*k/{"hasPayload":true}"#)
        let entry = KeepWhileEntry(
            .relative(up: 2, TreePattern("/a*").child(where: .exists(true))), .anyName)
        let put = TreeOperation(.put(.init(payload: nil, keepWhile: [entry])), at: "/x")
        #expect(
            put.jsonText == #"{"op":"put","path":"/x","noPayload":true,"keepWhile":"#
                + #"[[[{"up":2},{"nameMatches":{"glob":"a*"}},{"exists":true}],{"wildcard":"*"}]]}"#
        )
    }
}
