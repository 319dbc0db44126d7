/// What the bytes of an entry are; reading them needs no state, so it comes before application.
package enum DecodedCommand: Sendable {
    case command(TreeCommand)
    /// No command at all: an error is its result.
    case malformed(OperationError)
    /// A command that only a newer version knows.
    case needsNewerVersion(String)

    /// Reads the bytes of an entry, whatever they are.
    package init(_ bytes: [UInt8]) {
        do {
            self = .command(try bytes.withUnsafeBytes { try TreeCommand.decode($0) })
        } catch let error as CommandError
            where error.code == .newerVersion || error.code == .unknownKind
        {
            self = .needsNewerVersion(error.message)
        } catch {
            self = .malformed(OperationError(.invalidOperation, "\(error)"))
        }
    }
}
