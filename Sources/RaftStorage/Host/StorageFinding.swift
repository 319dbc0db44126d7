/// Something that is not as it should be in a file of a data directory.
package struct StorageFinding: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    package enum Severity: String, Sendable, Hashable {
        /// What a crash leaves behind; handled when the directory is opened.
        case note
        /// Damage that something else makes up for, such as an older snapshot.
        case warning
        /// Damage of what had been durable.
        case damage
    }

    package let severity: Severity
    /// The file, or the directory when a file is missing.
    package let path: String
    /// Where in the file, in bytes.
    package let offset: UInt64?
    /// What was expected and what was found.
    package let message: String

    package init(_ severity: Severity, path: String, offset: UInt64? = nil, _ message: String) {
        self.severity = severity
        self.path = path
        self.offset = offset
        self.message = message
    }

    package var description: String {
        let place = offset.map { " at byte \($0)" } ?? ""
        return "\(severity.rawValue): \(path)\(place): \(message)"
    }
}
