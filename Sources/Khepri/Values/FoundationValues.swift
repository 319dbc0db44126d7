public import CBOR
public import Foundation

// Foundation's values in a store: as text, or as a byte string.

extension Date: CBORRepresentable {
    /// RFC 3339 text in UTC with as many digits of the second as are needed, at most nanoseconds.
    ///
    /// - Throws: Unless the date is in the years 0000 to 9999.
    public var cborValue: CBORValue {
        get throws {
            let interval = timeIntervalSinceReferenceDate
            guard let moment = RFC3339Moment(secondsSinceReference: interval) else {
                throw CBORConversionError("expected a date in the years 0000 to 9999")
            }
            return .text(CBORText(moment.text))
        }
    }

    /// Reads RFC 3339 text; digits after the ninth of a second are passed over.
    public init(cbor value: CBORValue) throws {
        guard let text = value.textValue else {
            throw CBORConversionError("expected a date as text")
        }
        guard let moment = RFC3339Moment(text) else {
            throw CBORConversionError("expected a date such as 2026-01-31T12:00:00Z")
        }
        self = Date(timeIntervalSinceReferenceDate: moment.secondsSinceReference)
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
    ///
    /// - Throws: For what is no number.
    public var cborValue: CBORValue {
        get throws {
            guard isFinite else { throw CBORConversionError("expected a finite decimal number") }
            return .text(CBORText(description))
        }
    }

    /// Reads digits, as JSON writes numbers.
    public init(cbor value: CBORValue) throws {
        let number = #/-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/#
        guard let text = value.textValue, text.wholeMatch(of: number) != nil,
            let decimal = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")),
            decimal.isFinite
        else {
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
