import CBOR
import TestSupport
import Testing

@Suite("Equality of values") struct ValueEqualityTests {
    @Test func `values are equal when their encodings are`() throws {
        var chance = TestRandom(for: "equality")
        var values: [CBORValue] = (0..<60).map { _ in chance.value(depth: 1) }
        values += [0, 1, 1.0, 0.0, -0.0, .double(.nan), .double(-.nan), nil, false, "", [], [:]]
        values += [.double(Double(nan: 5, signaling: false)), .negative(5), .unsigned(5)]
        for left in values {
            for right in values {
                let isSame = try left.encoded() == right.encoded()
                #expect((left == right) == isSame)
                if isSame { #expect(left.hashValue == right.hashValue) }
            }
        }
    }

    @Test func `an integer is not a double and the zeros differ`() {
        #expect((1 as CBORValue) != 1.0)
        #expect((0.0 as CBORValue) != -0.0)
        #expect(CBORValue.double(.nan) == .double(-.nan))
    }

    @Test func `the order of map entries does not matter`() {
        let left: CBORValue = ["a": 1, "bb": 2, "c": ["x": 1, "y": 2]]
        let right: CBORValue = ["c": ["y": 2, "x": 1], "bb": 2, "a": 1]
        #expect(left == right)
        #expect(Set([left, right]).count == 1)
        #expect(left != ["a": 1, "bb": 2, "c": ["x": 1, "y": 3]])
    }

    @Test func `text is equal and ordered by its bytes`() {
        #expect(CBORText("\u{e9}") != CBORText("e\u{301}"))
        #expect(CBORText("b") > CBORText("aa"))
        #expect(CBORText("a") < CBORText("aa"))
        #expect(CBORText("12345678a") < CBORText("12345678b"))
        #expect(Set([CBORText("\u{e9}"), CBORText("e\u{301}")]).count == 2)
    }

    @Test func `accessors give the content of their kind alone`() {
        let value: CBORValue = [
            "null": nil, "yes": true, "int": 5, "minus": -5, "double": 1.5, "text": "t",
            "list": [1, 2], "bytes": .bytes([1]),
        ]
        #expect(value["null"]?.isNull == true)
        #expect(value["yes"]?.booleanValue == true)
        #expect(value["int"]?.integerValue() == 5)
        #expect(value["int"]?.doubleValue == nil)
        #expect(value["minus"]?.integerValue() == -5)
        #expect(value["minus"]?.integerValue(as: UInt8.self) == nil)
        #expect(CBORValue.unsigned(.max).integerValue() == nil)
        #expect(value["double"]?.doubleValue == 1.5)
        #expect(value["text"]?.textValue == "t")
        #expect(value["list"]?.arrayValue == [1, 2])
        #expect(value["bytes"]?.bytesValue == [1])
        #expect(value["other"] == nil)
        #expect(value.textValue == nil)
    }

    @Test func `a value is described as JSON`() {
        let value: CBORValue = ["a": [1, 1.0, .bytes([1])]]
        #expect("\(value)" == #"{"a":[1,1.0,{"$bytes":"AQ=="}]}"#)
        #expect("\(["a": 1, "a": 2] as CBORValue)".contains("duplicateKey"))
    }
}
