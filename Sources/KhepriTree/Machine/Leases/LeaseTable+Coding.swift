import CBOR

// The form in a snapshot: the leases in the order of their identities.
extension LeaseTable {
    /// Writes an array with an array for each lease.
    func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count)
        for lease in sorted {
            writer.writeArrayHeader(2)
            lease.id.write(to: &writer)
            writer.writeUnsigned(lease.milliseconds)
        }
    }

    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        guard count <= Self.leasesMaximum else {
            throw StateError("expected \(Self.leasesMaximum) leases at most, found \(count)")
        }
        let entries = try reader.readParts(count) { reader -> Entry in
            guard try reader.readArrayHeader() == 2 else {
                throw StateError("expected the identity of a lease and its time to live")
            }
            let id = try SessionID(from: &reader)
            return (id, try LeaseCommand.readTimeToLive(&reader))
        }
        guard zip(entries, entries.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
            throw StateError("expected leases in the order of their identities")
        }
        self.init(entries)
    }
}
