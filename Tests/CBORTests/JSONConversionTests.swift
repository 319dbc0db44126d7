import CBOR
import Testing

@Suite("JSON to CBOR and back") struct JSONConversionTests {
    /// JSON as the printer writes it, and the encoding.
    static let pairs: [(String, String)] = [
        ("null", "f6"), ("true", "f5"), ("false", "f4"), ("0", "00"), ("-1", "20"),
        ("18446744073709551615", "1bffffffffffffffff"),
        ("-9223372036854775808", "3b7fffffffffffffff"),
        ("1.0", "f93c00"), ("-0.0", "f98000"), ("1.1", "fb3ff199999999999a"),
        ("1e+300", "fb7e37e43c8800759c"), ("5e-324", "fb0000000000000001"),
        (#"{"$double":"NaN"}"#, "f97e00"), (#"{"$double":"Infinity"}"#, "f97c00"),
        (#"{"$double":"-Infinity"}"#, "f9fc00"),
        (#"{"$bytes":""}"#, "40"), (#"{"$bytes":"AQ=="}"#, "4101"),
        (#"{"$bytes":"AQID"}"#, "43010203"), (#"{"$bytes":"+/8="}"#, "42fbff"),
        (#""""#, "60"), (#""a\"\\\n\u0001\u007f\u0085é/""#, "6b61225c0a017fc285c3a92f"),
        ("[]", "80"), ("[1,[2,3]]", "8201820203"), ("{}", "a0"),
        (#"{"b":1,"aa":2}"#, "a261620162616102"),
        (#"{"$literal":{"$bytes":"AQ=="}}"#, "a16624627974657364 41513d3d"),
        (#"{"$literal":{"$literal":{}}}"#, "a168246c69746572616c a0"),
        (#"{"$literal":{"$":{"$literal":{"$x":1}}}}"#, "a16124a162247801"),
        (#"{"$a":1,"$b":2}"#, "a262246101 62246202"),
    ]

    @Test(arguments: pairs) func `text and encoding stand for each other`(
        _ pair: (json: String, cbor: String)
    ) throws {
        let encoded = bytes(pair.cbor)
        #expect(try JSONParser.cbor(from: pair.json) == encoded)
        #expect(try JSONPrinter.text(of: encoded) == pair.json)
    }
}
