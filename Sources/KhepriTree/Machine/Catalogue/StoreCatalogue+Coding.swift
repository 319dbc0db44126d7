import CBOR

// The form in a snapshot: the stores in the order of their names, then the deleted ones.
extension StoreCatalogue {
    /// Writes an array of two arrays.
    func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(2)
        writer.writeArrayHeader(entries.count)
        for entry in entries {
            writer.writeArrayHeader(3)
            entry.write(to: &writer)
        }
        writer.writeArrayHeader(deleted.count)
        for id in deleted { id.write(to: &writer) }
    }

    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout CBORReader) throws {
        func count(_ maximum: Int, _ reader: inout CBORReader) throws -> Int {
            let count = try reader.readArrayHeader()
            guard count <= maximum else {
                throw StateError("expected \(maximum) stores at most, found \(count)")
            }
            return count
        }
        guard try reader.readArrayHeader() == 2 else {
            throw StateError("expected the stores and the deleted ones")
        }
        let entries = try reader.readParts(try count(Self.storesMaximum, &reader)) { reader in
            guard try reader.readArrayHeader() == 3 else {
                throw StateError("expected name, identifier and first members of a store")
            }
            return try Entry(from: &reader)
        }
        guard zip(entries, entries.dropFirst()).allSatisfy({ $0.name < $1.name }) else {
            throw StateError("expected stores in the order of their names")
        }
        let deleted = try reader.readParts(try count(Self.deletedMaximum, &reader)) {
            try SessionID(from: &$0)
        }
        self.init(sorted: entries, deleted: deleted)
    }
}
