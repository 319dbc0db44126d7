import CBOR

/// The first block of a state: what is no node and no session, and what these must add up to.
struct StateHeader {
    /// The newest version of the format.
    ///
    /// From 2 on a digest covers the header, 3 has a catalogue of stores, and 4 has leases; what would be
    /// empty is left out with a lower version.
    static let version: UInt64 = 4

    var revision: Revision
    var time: UInt64
    var nodeCount: UInt64
    var history: SessionID
    var hash: UInt128
    var sessionCount: UInt64
    var catalogue: StoreCatalogue
    var leases: LeaseTable

    /// The keys of the map.
    private enum Key {
        static let version: UInt64 = 0
        static let machineVersion: UInt64 = 1
        static let revision: UInt64 = 2
        static let time: UInt64 = 3
        static let nodeCount: UInt64 = 4
        static let historyAndHash: UInt64 = 5
        static let sessionCount: UInt64 = 6
        static let digest: UInt64 = 7
        static let catalogue: UInt64 = 8
        static let leases: UInt64 = 9

        /// How many there are in a version of the format.
        static func count(inVersion version: UInt64) -> UInt64 { 6 + version }
    }

    init(_ machine: TreeMachine) {
        revision = machine.revision
        time = machine.time
        nodeCount = UInt64(machine.tree.nodeCount)
        history = machine.history
        hash = machine.stateHash
        sessionCount = UInt64(machine.sessionCount)
        catalogue = machine.catalogue
        leases = machine.leases
    }

    /// A digest of everything else, since the state hash covers nodes, sessions, stores and leases.
    private var digest: UInt128 {
        var digest = SipHash128()
        for word in [revision.rawValue, time, nodeCount, history.high, history.low, sessionCount] {
            digest.append(word)
        }
        digest.append(digest: hash)
        return digest.finish()
    }
}

extension StateHeader {
    /// Writes the header.
    func write(to writer: inout CBORWriter) {
        let version: UInt64 = leases.isEmpty ? catalogue.isEmpty ? 2 : 3 : 4
        writer.writeMapHeader(Int(Key.count(inVersion: version)))
        let words: [(UInt64, UInt64)] = [
            (Key.version, version), (Key.machineVersion, UInt64(TreeMachine.version)),
            (Key.revision, revision.rawValue), (Key.time, time), (Key.nodeCount, nodeCount),
        ]
        for (key, word) in words {
            writer.writeUnsigned(key)
            writer.writeUnsigned(word)
        }
        writer.writeUnsigned(Key.historyAndHash)
        writer.writeWords([history.high, history.low] + hash.halves)
        writer.writeUnsigned(Key.sessionCount)
        writer.writeUnsigned(sessionCount)
        writer.writeUnsigned(Key.digest)
        writer.writeWords(digest.halves)
        guard version > 2 else { return }
        writer.writeUnsigned(Key.catalogue)
        catalogue.write(to: &writer)
        guard version > 3 else { return }
        writer.writeUnsigned(Key.leases)
        leases.write(to: &writer)
    }

    /// Reads what ``write(to:)`` wrote, in this version or an older one.
    init(from reader: inout CBORReader) throws {
        revision = .zero
        (time, nodeCount, sessionCount) = (0, 0, 0)
        history = SessionID(high: 0, low: 0)
        hash = 0
        catalogue = StoreCatalogue()
        leases = LeaseTable()
        var version: UInt64 = 0
        var storedDigest: UInt128 = 0
        var found: Set<UInt64> = []
        try reader.readFields { key, reader in
            found.insert(key)
            switch key {
            case Key.version: version = try reader.readVersion(atMost: Self.version)
            case Key.machineVersion:
                _ = try reader.readVersion(atMost: UInt64(TreeMachine.version))
            case Key.revision: revision = Revision(try reader.readUnsigned())
            case Key.time: time = try reader.readUnsigned()
            case Key.nodeCount: nodeCount = try reader.readUnsigned()
            case Key.historyAndHash:
                let words = try reader.readWords(count: 4)
                history = SessionID(high: words[0], low: words[1])
                hash = UInt128(high: words[2], low: words[3])
            case Key.sessionCount: sessionCount = try reader.readUnsigned()
            case Key.digest:
                let words = try reader.readWords(count: 2)
                storedDigest = UInt128(high: words[0], low: words[1])
            case Key.catalogue: catalogue = try StoreCatalogue(from: &reader)
            case Key.leases: leases = try LeaseTable(from: &reader)
            default: try reader.skip()
            }
        }
        for key in 0..<Key.count(inVersion: version) where !found.contains(key) {
            throw StateError("expected key \(key) in the header, found none")
        }
        guard version == 1 || storedDigest == digest else {
            throw StateError("the digest of the header is not the one of its values")
        }
    }
}

extension CBORWriter {
    fileprivate mutating func writeWords(_ words: [UInt64]) {
        writeArrayHeader(words.count)
        for word in words { writeUnsigned(word) }
    }
}

extension CBORReader {
    fileprivate mutating func readWords(count: Int) throws -> [UInt64] {
        let found = try readArrayHeader()
        guard found == count else {
            throw StateError("expected \(count) numbers, found \(found)")
        }
        return try readParts(count) { try $0.readUnsigned() }
    }

    fileprivate mutating func readVersion(atMost known: UInt64) throws -> UInt64 {
        let version = try readUnsigned()
        guard 1...known ~= version else {
            throw StateError(
                "expected version \(known) at most, found \(version)",
                isOfNewerVersion: version > known)
        }
        return version
    }
}

extension UInt128 {
    fileprivate init(high: UInt64, low: UInt64) {
        self = UInt128(high) << 64 | UInt128(low)
    }

    /// The high half and the low one.
    fileprivate var halves: [UInt64] {
        [UInt64(self >> 64), UInt64(truncatingIfNeeded: self)]
    }
}
