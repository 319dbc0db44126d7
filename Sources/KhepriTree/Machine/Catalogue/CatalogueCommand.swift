package import CBOR

/// A change of the list of stores; applied any number of times it does the same as once.
package enum CatalogueCommand: Hashable, Sendable {
    /// A store is there, this one if there was none with the name.
    case create(StoreCatalogue.Entry)
    /// A store is gone; another one with the name stays.
    case delete(PathComponent, id: SessionID)

    /// The kind of command this is.
    package static let kind: UInt64 = 2
    /// The version of the encoding.
    package static let version: UInt64 = 1
}

// The binary form: kind, version, name, identifier, and for a creation the first members.
extension CatalogueCommand {
    /// Appends the command.
    package func encode(into writer: inout CBORWriter) {
        let header = { (partCount: Int, writer: inout CBORWriter) in
            CommandHeader(kind: Self.kind, version: Self.version, partCount: partCount)
                .write(to: &writer)
        }
        switch self {
        case .create(let entry):
            header(3, &writer)
            entry.write(to: &writer)
        case .delete(let name, let id):
            header(2, &writer)
            name.write(to: &writer)
            id.write(to: &writer)
        }
    }

    /// Reads what follows the header of a command of this kind.
    init(partsOf header: CommandHeader, from reader: inout CBORReader) throws {
        guard header.version <= Self.version else {
            throw CommandError(
                .newerVersion, "expected version \(Self.version) at most, found \(header.version)")
        }
        guard header.version > 0, 2...3 ~= header.partCount else {
            throw CommandError(.malformed, "expected a name, an identifier and first members")
        }
        if header.partCount == 3 {
            self = .create(try StoreCatalogue.Entry(from: &reader))
        } else {
            self = .delete(
                try PathComponent(from: &reader), id: try SessionID(from: &reader))
        }
        try reader.expectEnd()
    }
}

extension StoreCatalogue.Entry {
    /// Writes name, identifier and first members, one after the other.
    func write(to writer: inout CBORWriter) {
        name.write(to: &writer)
        id.write(to: &writer)
        founding.withUnsafeBytes { writer.writeBytes($0) }
    }

    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout CBORReader) throws {
        let name = try PathComponent(from: &reader)
        let id = try SessionID(from: &reader)
        let founding = try reader.readBytes()
        guard founding.count <= StoreCatalogue.foundingBytesMaximum else {
            throw CommandError(
                .limitExceeded,
                "expected first members of \(StoreCatalogue.foundingBytesMaximum) bytes at most, "
                    + "found \(founding.count)")
        }
        self.init(name: name, id: id, founding: founding)
    }
}
