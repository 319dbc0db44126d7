import CBOR
import TestSupport
import Testing

/// The bytes that hexadecimal digits stand for.
func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue).map(UInt8.init)
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hexadecimal digits of bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

/// The code of the error that a call throws, nil when it throws none or another.
func errorCode(_ body: () throws -> Void) -> CBORError.Code? {
    cborError(body)?.code
}

/// The error that a call throws, nil when it throws none or another.
func cborError(_ body: () throws -> Void) -> CBORError? {
    do {
        try body()
        return nil
    } catch {
        return error as? CBORError
    }
}

/// Expects a call to throw an error with a code.
func expectError(
    _ code: CBORError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    let found = errorCode(body)
    #expect(found == code, sourceLocation: sourceLocation)
}

/// Random items.
extension TestRandom {
    /// An integer of a random number of bits.
    mutating func integer() -> UInt64 {
        next() >> UInt64.random(in: 0...63, using: &self)
    }

    /// A floating-point number: of every width, special or any bits.
    mutating func double() -> Double {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: Double(bitPattern: next())
        case 1: Double(Float(bitPattern: UInt32(truncatingIfNeeded: next())))
        case 2: Double(Int8(truncatingIfNeeded: next())) / 16
        case 3:
            Double(sign: .plus, exponent: Int.random(in: -30...30, using: &self), significand: 1)
        case 4:
            [0.0, -0.0, .infinity, -.infinity, .nan, Double.leastNonzeroMagnitude][Int(next() % 6)]
        default: Double.random(in: -1000...1000, using: &self)
        }
    }

    /// Text of every length of UTF-8 sequence, sometimes with a `$` in front.
    mutating func text() -> String {
        let alphabet: [Character] = [
            "a", "b", "$", "\"", "\\", "\n", "\u{0}", "\u{7f}", "\u{85}", "é", "e\u{301}", "水", "😀",
            "/", "\u{2028}", "\u{ffff}", "\u{10ffff}",
        ]
        let length = oneIn(10) ? Int(next() % 300) : Int(next() % 6)
        let characters = (0..<length).map { _ in
            alphabet[Int.random(in: alphabet.indices, using: &self)]
        }
        return (oneIn(5) ? "$" : "") + String(characters)
    }

    /// Any value, with nesting up to a depth.
    mutating func value(depth: Int = 4) -> CBORValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &self) {
        case 0: return .null
        case 1: return .boolean(oneIn(2))
        case 2: return .unsigned(integer())
        case 3: return .negative(~Int64(integer() >> 1))
        case 4: return .double(double())
        case 5: return .text(CBORText(text()))
        case 6: return .bytes((0..<(next() % 30)).map { _ in UInt8(truncatingIfNeeded: next()) })
        case 7: return .array((0..<(next() % 5)).map { _ in value(depth: depth - 1) })
        default:
            var entries: [CBORMapEntry] = []
            for _ in 0..<(next() % 5) {
                let key = CBORText(text())
                guard !entries.contains(where: { $0.key == key }) else { continue }
                entries.append(CBORMapEntry(key: key, value: value(depth: depth - 1)))
            }
            return .map(entries)
        }
    }
}
