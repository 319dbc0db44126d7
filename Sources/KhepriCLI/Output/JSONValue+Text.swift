import CBOR

extension JSONValue {
    /// Itself as JSON, on one line.
    var jsonText: String {
        var printer = JSONPrinter()
        printer.writeValue(self)
        return printer.finish()
    }

    /// A text without its quotes, or a number; nil for anything else.
    var plainText: String? {
        switch self {
        case .string(let text): text.string
        case .unsigned(let number): "\(number)"
        case .negative(let number): "\(number)"
        default: nil
        }
    }
}
