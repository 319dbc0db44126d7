import CBOR

/// Why bytes are not the state of a store.
package struct StateError: Error, Sendable, CustomStringConvertible {
    /// What was expected and what was found, and where.
    package let description: String
    /// Whether the bytes are of a version that this code does not know yet.
    package let isOfNewerVersion: Bool

    init(_ description: String, isOfNewerVersion: Bool = false) {
        self.description = description
        self.isOfNewerVersion = isOfNewerVersion
    }

    /// Adds to an error where in the stream it happened.
    init(_ error: any Error, at offset: Int, in part: String) {
        let message: String
        switch error {
        case let error as CBORError: message = error.message
        case let error as CommandError: message = error.message
        case let error as PathError: message = error.message
        default: message = "\(error)"
        }
        self.init(
            "at byte \(offset) of the state, in \(part): \(message)",
            isOfNewerVersion: (error as? StateError)?.isOfNewerVersion ?? false)
    }
}
