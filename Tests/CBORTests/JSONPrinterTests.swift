import CBOR
import Testing

@Suite("JSON printer") struct JSONPrinterTests {
    @Test func `pretty text is indented by two spaces a level`() throws {
        let value: CBORValue = [
            "a": [1, [], [:], "x"], "b": ["c": nil], "d": .bytes([1]), "e": .double(.infinity),
        ]
        let text = try JSONPrinter.text(of: try value.encoded(), style: .pretty)
        #expect(
            text == """
                {
                  "a": [
                    1,
                    [],
                    {},
                    "x"
                  ],
                  "b": {
                    "c": null
                  },
                  "d": {
                    "$bytes": "AQ=="
                  },
                  "e": {
                    "$double": "Infinity"
                  }
                }
                """)
    }

    @Test func `pieces are joined by commas and colons`() throws {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeKey("nodes")
        printer.beginArray()
        for index in 0..<2 {
            printer.beginArray()
            printer.writeString("/\(index)")
            printer.beginObject()
            printer.writeKey("value")
            try printer.writeItem(bytes("a1 6161 f93c00"))
            printer.writeKey("count")
            printer.writeInteger(-index)
            printer.writeKey("ok")
            printer.writeBoolean(index == 0)
            printer.endObject()
            printer.endArray()
        }
        printer.endArray()
        printer.writeKey("none")
        printer.writeNull()
        printer.endObject()
        #expect(
            printer.finish()
                == #"{"nodes":[["/0",{"value":{"a":1.0},"count":0,"ok":true}],"#
                + #"["/1",{"value":{"a":1.0},"count":-1,"ok":false}]],"none":null}"#)
        printer.writeInteger(UInt64.max)
        #expect(printer.finishBytes() == Array("18446744073709551615".utf8))
    }

    @Test func `doubles always have a point or an exponent`() {
        let doubles: [(Double, String)] = [
            (1, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e16, "1e+16"), (1e-7, "1e-07"),
            (.leastNonzeroMagnitude, "5e-324"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
            (123456789.125, "123456789.125"), (.nan, #"{"$double":"NaN"}"#),
        ]
        for (value, text) in doubles {
            var printer = JSONPrinter()
            printer.writeDouble(value)
            #expect(printer.finish() == text)
        }
    }

    @Test func `control characters are escaped and everything else is not`() {
        var printer = JSONPrinter()
        printer.writeString("\u{0}\u{8}\t\n\u{c}\r\u{1f} \"\\/\u{7f}\u{80}\u{9f}\u{a0}é水😀\u{2028}")
        #expect(
            printer.finish()
                == #""\u0000\b\t\n\f\r\u001f \"\\/\u007f\u0080\u009f"# + "\u{a0}é水😀\u{2028}\"")
    }

    @Test func `bytes that are no item are refused`() {
        expectError(.truncated) { _ = try JSONPrinter.text(of: []) }
        expectError(.trailingBytes) { _ = try JSONPrinter.text(of: [0, 0]) }
        expectError(.notDeterministic) { _ = try JSONPrinter.text(of: bytes("a2 6162 00 6161 00")) }
    }

    @Test func `an end without a begin is a programmer error`() async {
        await #expect(processExitsWith: .failure) {
            var printer = JSONPrinter()
            printer.endArray()
        }
        await #expect(processExitsWith: .failure) {
            var printer = JSONPrinter()
            printer.beginArray()
            _ = printer.finish()
        }
    }
}
