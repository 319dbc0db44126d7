import CBOR

/// What the bytes of an entry are; reading them needs no state, so it comes before application.
package enum DecodedCommand: Sendable {
    case command(TreeCommand)
    case catalogue(CatalogueCommand)
    case lease(LeaseCommand)
    case report(StateReport)
    /// No command at all: an error is its result.
    case malformed(OperationError)
    /// A command that only a newer version knows.
    case needsNewerVersion(String)

    /// Reads the bytes of an entry, whatever they are.
    package init(_ bytes: [UInt8]) {
        do {
            self = try bytes.withUnsafeBytes { bytes in
                var reader = CBORReader(bytes)
                switch try? CommandHeader(from: &reader) {
                case let header? where header.kind == CatalogueCommand.kind:
                    return .catalogue(try CatalogueCommand(partsOf: header, from: &reader))
                case let header? where header.kind == StateReport.kind:
                    return .report(try StateReport(partsOf: header, from: &reader))
                case let header? where header.kind == LeaseCommand.kind:
                    return .lease(try LeaseCommand(partsOf: header, from: &reader))
                default: return .command(try TreeCommand.decode(bytes))
                }
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
