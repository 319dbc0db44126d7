import CBOR

/// What the bytes of an entry are; reading them needs no state, so it comes before application.
package enum DecodedCommand: Sendable {
    case command(TreeCommand)
    case catalogue(CatalogueCommand)
    /// No command at all: an error is its result.
    case malformed(OperationError)
    /// A command that only a newer version knows.
    case needsNewerVersion(String)

    /// Reads the bytes of an entry, whatever they are.
    package init(_ bytes: [UInt8]) {
        do {
            self = try bytes.withUnsafeBytes { bytes in
                var reader = CBORReader(bytes)
                let header = try? CommandHeader(from: &reader)
                guard let header, header.kind == CatalogueCommand.kind else {
                    return .command(try TreeCommand.decode(bytes))
                }
                return .catalogue(try CatalogueCommand(partsOf: header, from: &reader))
            }
        } catch let error as CommandError
            where error.code == .newerVersion || error.code == .unknownKind
        {
            self = .needsNewerVersion(error.message)
        } catch {
            self = .malformed(OperationError(.invalidOperation, "\(error)"))
        }
    }
}
