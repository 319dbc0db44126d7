public import CBOR
public import Foundation

// Foundation's values in a store: as text, or as a byte string.

extension Date: CBORRepresentable {
    /// RFC 3339 text in UTC with as many digits of the second as are needed, at most nanoseconds.
    public var cborValue: CBORValue {
        get throws {
            let seconds = timeIntervalSince1970
            guard seconds.isFinite, abs(seconds) < 253_402_300_800 else {
                throw CBORConversionError("expected a date before the year 10000")
            }
            var whole = seconds.rounded(.down)
            var nanoseconds = Int(((seconds - whole) * 1e9).rounded())
            if nanoseconds == 1_000_000_000 {
                whole += 1
                nanoseconds = 0
            }
            let style = Date.ISO8601FormatStyle(timeZone: .gmt)
            let text = Date(timeIntervalSince1970: whole).formatted(style)
            guard nanoseconds > 0 else { return .text(CBORText(text)) }
            var digits = String(nanoseconds)
            digits = String(repeating: "0", count: 9 - digits.count) + digits
            while digits.last == "0" { digits.removeLast() }
            return .text(CBORText("\(text.dropLast()).\(digits)Z"))
        }
    }

    /// Reads RFC 3339 text.
    public init(cbor value: CBORValue) throws {
        guard let text = value.textValue else {
            throw CBORConversionError("expected a date as text")
        }
        let (whole, fraction) = Self.split(text)
        guard let date = try? Date.ISO8601FormatStyle(timeZone: .gmt).parse(whole) else {
            throw CBORConversionError("expected a date such as 2026-01-31T12:00:00Z")
        }
        self = Date(timeIntervalSince1970: date.timeIntervalSince1970 + fraction)
    }

    /// The text without the fraction of the second, and the fraction.
    private static func split(_ text: String) -> (String, Double) {
        guard let dot = text.firstIndex(of: ".") else { return (text, 0) }
        let digits = text[text.index(after: dot)...].prefix { $0.isASCII && $0.isNumber }
        let rest = text[digits.endIndex...]
        return (String(text[..<dot]) + rest, Double("0." + digits) ?? 0)
    }
}

extension UUID: CBORRepresentable {
    /// The text form.
    public var cborValue: CBORValue { .text(CBORText(uuidString)) }

    /// Reads the text form.
    public init(cbor value: CBORValue) throws {
        guard let identifier = value.textValue.flatMap(UUID.init(uuidString:)) else {
            throw CBORConversionError("expected a UUID as text")
        }
        self = identifier
    }
}

extension URL: CBORRepresentable {
    /// The absolute text form.
    public var cborValue: CBORValue { .text(CBORText(absoluteString)) }

    /// Reads the text form.
    public init(cbor value: CBORValue) throws {
        guard let url = value.textValue.flatMap({ URL(string: $0) }) else {
            throw CBORConversionError("expected a URL as text")
        }
        self = url
    }
}

extension Decimal: CBORRepresentable {
    /// The digits as text, independent of the locale.
    public var cborValue: CBORValue { .text(CBORText(description)) }

    /// Reads digits.
    public init(cbor value: CBORValue) throws {
        let locale = Locale(identifier: "en_US_POSIX")
        guard let decimal = value.textValue.flatMap({ Decimal(string: $0, locale: locale) }) else {
            throw CBORConversionError("expected a decimal number as text")
        }
        self = decimal
    }
}

extension Data: CBORRepresentable {
    /// A byte string.
    public var cborValue: CBORValue { .bytes([UInt8](self)) }

    /// Reads a byte string.
    public init(cbor value: CBORValue) throws {
        guard let bytes = value.bytesValue else {
            throw CBORConversionError("expected a byte string")
        }
        self = Data(bytes)
    }
}

/// Why a value of Foundation cannot be written or read.
struct CBORConversionError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
