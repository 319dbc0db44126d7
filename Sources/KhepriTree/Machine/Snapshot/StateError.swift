import CBOR

/// Why bytes are not the state of a store.
package struct StateError: Error, Sendable, CustomStringConvertible {
    /// What was expected and what was found, and where.
    package let description: String

    init(_ description: String) {
        self.description = description
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
        self.init("at byte \(offset) of the state, in \(part): \(message)")
    }
}
