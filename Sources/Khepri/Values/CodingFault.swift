/// What is wrong with a value that cannot be written or read.
enum CodingFault {
    /// In one line, what was expected and where inside the value.
    ///
    /// - Parameter error: What an encoder, a decoder or a type of the user's threw.
    static func text(of error: any Error) -> String {
        switch error {
        case EncodingError.invalidValue(_, let context):
            text(context.debugDescription, context.codingPath)
        case DecodingError.keyNotFound(let key, let context):
            text("expected a value, found none", context.codingPath + [key])
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
            text(context.debugDescription, context.codingPath)
        default:
            "\(error)"
        }
    }

    private static func text(_ reason: String, _ path: [any CodingKey]) -> String {
        let place = path.reduce(into: "") { place, key in
            if let index = key.intValue {
                place += "[\(index)]"
            } else {
                place += place.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return place.isEmpty ? reason : "\(reason), at \(place)"
    }
}
