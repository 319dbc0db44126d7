/// A request that cannot be served as it is, with a sentence that says what was expected.
package struct RequestError: Error, Equatable {
    /// What is wrong; the raw value is the code of the answer.
    package enum Kind: String {
        case invalidRequest, forbidden, notFound, methodNotAllowed, conditionFailed, tooLarge
    }

    /// What is wrong.
    package var kind: Kind
    /// What was expected and what was found.
    package var message: String

    /// Joins both.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
