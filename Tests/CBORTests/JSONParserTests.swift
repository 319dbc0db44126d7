import CBOR
import Testing

@Suite("JSON parser") struct JSONParserTests {
    @Test func `numbers keep their kind and every bit`() throws {
        let numbers: [(String, JSONValue)] = [
            ("0", .unsigned(0)), ("-0", .unsigned(0)), ("1", .unsigned(1)), ("-1", .negative(-1)),
            ("18446744073709551615", .unsigned(.max)), ("-9223372036854775808", .negative(.min)),
            ("1.0", .double(1)), ("1e2", .double(100)), ("1E+2", .double(100)),
            ("-0.0", .double(-0.0)), ("25e-1", .double(2.5)), ("0.1", .double(0.1)),
            ("9007199254740993.0", .double(9_007_199_254_740_992)), ("1e-400", .double(0)),
            ("2.2250738585072011e-308", .double(.leastNormalMagnitude.nextDown)),
            ("123456789012345678901234567890e-10", .double(12_345_678_901_234_567_890.123)),
        ]
        for (text, value) in numbers {
            #expect(try JSONParser.value(of: text) == value, "\(text)")
            #expect(try JSONParser.value(of: " [ \(text) ] ") == .array([value]))
        }
        #expect(hexadecimal(try JSONParser.cbor(from: "-0.0")) == "f98000")
    }

    @Test(arguments: [
        ("18446744073709551616", 0), ("-9223372036854775809", 0), ("[1,99999999999999999999]", 3),
        ("1e309", 0), (" -1e999", 1),
    ])
    func `a number that cannot be held is refused and never rounded`(_ text: String, offset: Int) {
        let error = cborError { _ = try JSONParser.value(of: text) }
        #expect(error?.code == .outOfRange)
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "True", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "-", "--1",
        "0x1",
        "1_0", "NaN", "Infinity", "'a'", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"",
        "\"\t\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}", "{a:1}", "{1:2}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1}", "{\"a\":1]",
        "/*x*/1", "\u{feff}1", "1 // x", "\u{a0}1",
    ])
    func `what is no JSON is refused`(_ text: String) {
        #expect(throws: CBORError.self) { try JSONParser.value(of: text) }
    }

    @Test func `text after the value is refused where it begins`() {
        let error = cborError { _ = try JSONParser.value(of: "{} {}") }
        #expect(error?.code == .trailingBytes)
        #expect(error?.offset == 3)
    }

    @Test func `escapes stand for their characters`() throws {
        let text = #""\"\\\/\b\f\n\r\t\u0041\u00e9\u6c34\ud83d\ude00\uD83D\uDE00 x""#
        let wanted = "\"\\/\u{8}\u{c}\n\r\tAé水😀😀 x"
        #expect(try JSONParser.value(of: text) == .string(CBORText(wanted)))
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#,
        #""\ud83d\ud83d""#, #""\ude00\ud83d""#,
    ])
    func `half a surrogate pair is refused`(_ text: String) {
        expectError(.invalidText) { _ = try JSONParser.value(of: text) }
    }

    @Test func `text that is not UTF-8 is refused`() {
        let error = cborError { _ = try JSONParser.value(of: [0x22, 0xC3, 0x22]) }
        #expect(error?.code == .invalidText)
        #expect(error?.offset == 1)
        expectError(.invalidText) { _ = try JSONParser.value(of: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func `a name twice is refused where it comes again`() throws {
        let error = cborError { _ = try JSONParser.value(of: #"{"a":{"b":1,"c":2,"b":3}}"#) }
        #expect(error?.code == .duplicateKey)
        #expect(error?.offset == 18)
        expectError(.duplicateKey) { _ = try JSONParser.value(of: #"{"a":1,"\u0061":2}"#) }
        #expect(try JSONParser.value(of: #"{"é":1,"e\#u{301}":2}"#)["é"] == .unsigned(1))
    }

    @Test func `members keep their order`() throws {
        let value = try JSONParser.value(of: #"{"bb":1,"a":[true,false,null],"$":{}}"#)
        #expect(
            value
                == .object([
                    JSONMember("bb", .unsigned(1)),
                    JSONMember("a", .array([.boolean(true), .boolean(false), .null])),
                    JSONMember("$", .object([])),
                ]))
    }

    @Test func `nesting of 192 is parsed and of 193 refused`() throws {
        let open = String(repeating: "[", count: 192)
        let close = String(repeating: "]", count: 192)
        _ = try JSONParser.value(of: open + close)
        expectError(.tooDeep) { _ = try JSONParser.value(of: "[" + open + close + "]") }
        expectError(.tooDeep) {
            _ = try JSONParser.value(of: String(repeating: "[", count: 500_000))
        }
    }

    @Test func `data deeper than 64 is refused`() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"{"$literal":{"$a":"#, "}}")] {
            let opens = String(repeating: open, count: 64)
            let closes = String(repeating: close, count: 64)
            _ = try JSONParser.cbor(from: opens + "1" + closes)
            expectError(.tooDeep) {
                _ = try JSONParser.cbor(from: "[" + opens + "1" + closes + "]")
            }
        }
    }

    @Test func `an only member with a dollar sign is read by the lower layer as it is`() throws {
        let value = try JSONParser.value(of: #"{"$any":true}"#)
        #expect(value.operatorMember?.key == "$any")
        #expect(value.operatorMember?.value == .boolean(true))
        #expect(try JSONParser.value(of: #"{"$a":1,"$b":2}"#).operatorMember == nil)
        #expect(try JSONParser.value(of: #"{"a":1}"#).operatorMember == nil)
    }

    @Test(arguments: [
        (#"[{"$any":true}]"#, 2), (#"{"$":1}"#, 1), (#"{"$literal":5}"#, 1),
        (#"{"$literal":[]}"#, 1), (#"{"$bytes":1}"#, 1), (#"{"$bytes":"A"}"#, 1),
        (#"{"$bytes":"AQ"}"#, 1), (#"{"$bytes":"AQ="}"#, 1), (#"{"$bytes":"AR=="}"#, 1),
        (#"{"$bytes":"A==="}"#, 1), (#"{"$bytes":"===="}"#, 1), (#"{"$bytes":"AQ==AQ=="}"#, 1),
        (#"{"$bytes":"-_8="}"#, 1), (#"{"$double":"nan"}"#, 1), (#"{"$double":1.5}"#, 1),
        (#"{"a":1,"b": {"$literal":{"$a":{"$b":1}}}}"#, 31),
    ])
    func `a dollar member without a meaning is refused where it is`(_ text: String, offset: Int) {
        let error = cborError { _ = try JSONParser.cbor(from: text) }
        #expect(error?.code == .malformed)
        #expect(error?.offset == offset)
        #expect(error?.message.contains("expected") == true)
    }

    @Test func `data is wrapped only where its only name begins with a dollar sign`() throws {
        let value: CBORValue = [
            "one": ["$a": 1], "two": ["$a": 1, "$b": 2], "plain": ["a": ["$bytes": "x"]],
        ]
        let text = try JSONPrinter.text(of: try value.encoded())
        #expect(
            text == #"{"one":{"$literal":{"$a":1}},"two":{"$a":1,"$b":2},"#
                + #""plain":{"a":{"$literal":{"$bytes":"x"}}}}"#)
    }

    @Test func `a literal may hold any object`() throws {
        #expect(try JSONParser.cbor(from: #"{"$literal":{"a":1}}"#) == bytes("a1616101"))
        #expect(try JSONParser.cbor(from: #"{"$literal":{}}"#) == bytes("a0"))
    }
}
