import CBOR
import KhepriTree
import RaftRuntime
import RaftStorage

/// What a backup file begins with: its description, and the salt of its checksums.
struct BackupHeader {
    /// How the head is framed, and which formats are known.
    static let head = CheckedHead(magic: "KHEPRIBK", version: 1, kind: "backup")

    var backup: StoreBackup
    var salt: UInt64

    /// The keys of the map.
    private enum Key {
        static let history: UInt64 = 0
        static let salt: UInt64 = 1
        static let store: UInt64 = 2
        static let revision: UInt64 = 3
        static let time: UInt64 = 4
        static let nodeCount: UInt64 = 5
        static let count = 6
    }

    init(_ backup: StoreBackup, salt: UInt64) {
        self.backup = backup
        self.salt = salt
    }

    /// The bytes that a file begins with.
    func encoded() -> [UInt8] {
        var writer = CBORWriter()
        writer.writeMapHeader(Key.count)
        writer.writeUnsigned(Key.history)
        writer.writeArrayHeader(2)
        writer.writeUnsigned(backup.history.high)
        writer.writeUnsigned(backup.history.low)
        writer.writeUnsigned(Key.salt)
        writer.writeUnsigned(salt)
        writer.writeUnsigned(Key.store)
        writer.writeText(backup.store)
        writer.writeUnsigned(Key.revision)
        writer.writeUnsigned(backup.revision.rawValue)
        writer.writeUnsigned(Key.time)
        writer.writeUnsigned(backup.time)
        writer.writeUnsigned(Key.nodeCount)
        writer.writeUnsigned(UInt64(backup.nodeCount))
        return Self.head.encode(writer.finish())
    }

    /// Reads the map of a file.
    init(decoding map: UnsafeRawBufferPointer) throws {
        var reader = CBORReader(map)
        var words: [UInt64: UInt64] = [:]
        var store: String?
        var history: SessionID?
        try reader.readFields { key, reader in
            switch key {
            case Key.history:
                guard try reader.readArrayHeader() == 2 else {
                    throw LogDeviceError(.corrupt, "expected the two halves of an identity")
                }
                history = SessionID(
                    high: try reader.readUnsigned(), low: try reader.readUnsigned())
            case Key.store: store = try reader.readText()
            case Key.salt, Key.revision, Key.time, Key.nodeCount:
                words[key] = try reader.readUnsigned()
            default: try reader.skip()
            }
        }
        try reader.expectEnd()
        guard let history, let store, let salt = words[Key.salt],
            let revision = words[Key.revision], let time = words[Key.time],
            let nodeCount = words[Key.nodeCount]
        else { throw LogDeviceError(.corrupt, "a part of the header is missing") }
        self.salt = salt
        backup = StoreBackup(
            store: store, revision: Revision(revision), nodeCount: nodeCount, time: time,
            history: history)
    }
}
