import CBOR
import RaftCore
import RaftRuntime

/// The file `identity` of a data directory; written last when a directory is made, so that its
/// presence says that the directory is whole.
///
/// A CBOR array of a byte string and its CRC32C. The byte string is a map: 0 the text "khepri",
/// 1 the format version, 2 the cluster UUID, 3 the incarnation UUID, 4 the number of the host, which is
/// 1 if it is missing, 5 the incarnation of the host as a member, if that is not the directory's, 6 what
/// is under way if the directory must not be used, 7 the incarnation of the member whose damaged files
/// were put aside.
enum IdentityFile {
    /// What the file says.
    struct Contents {
        var identity: HostIdentity
        /// Who the host is in its cluster.
        var member: MemberID
        /// What has to be ended before the directory can be used.
        var interruption: Interruption?
        /// The member that the host was before its files were put aside.
        var former: MemberID?
    }

    /// What a crash can leave half done.
    enum Interruption: UInt64 {
        /// The groups of the member have yet to take the place of the former ones.
        case renewal = 1
        /// Damaged files are being put aside.
        case quarantine = 2
        /// The directory is being filled with backups.
        case restoration = 3
    }

    static let name = "identity"
    static let temporaryName = "identity.tmp"
    static let currentVersion: UInt64 = 1
    private static let bytesMaximum = 4096

    /// Writes the file: temporary name, flush, rename, flush of the directory.
    static func write(
        _ contents: Contents, in directory: String, on disk: any Disk
    ) throws {
        let temporary = directory + "/" + temporaryName
        if try disk.kind(of: temporary) != .missing { try disk.remove(temporary) }
        let file = try disk.open(temporary, .create)
        try encode(contents).withUnsafeBytes { try file.writeAll($0, at: 0) }
        try file.flush()
        try file.close()
        try disk.rename(temporary, to: directory + "/" + name)
        try disk.synchronizeDirectory(directory)
    }

    /// Reads and checks the file.
    static func read(
        in directory: String, on disk: any Disk
    ) throws -> Contents {
        let path = directory + "/" + name
        do {
            let file = try disk.open(path, .readOnly)
            let bytes = try file.readUpTo(bytesMaximum, at: 0)
            try file.close()
            return try bytes.withUnsafeBytes { try decode($0) }
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    private static func encode(_ contents: Contents) -> [UInt8] {
        let (identity, member) = (contents.identity, contents.member)
        let hasNumber = member.node != 1
        let isRenewed = member.incarnation != identity.incarnation
        let body = StructuredCoding.encode { writer in
            let extras = [
                hasNumber, isRenewed, contents.interruption != nil, contents.former != nil,
            ].count { $0 }
            writer.writeMapHeader(4 + extras)
            writer.writeUnsigned(0)
            writer.writeText("khepri")
            writer.writeUnsigned(1)
            writer.writeUnsigned(currentVersion)
            writer.writeUnsigned(2)
            writer.writeIdentifier(identity.cluster)
            writer.writeUnsigned(3)
            writer.writeIdentifier(identity.incarnation)
            if hasNumber {
                writer.writeUnsigned(4)
                writer.writeUnsigned(member.node)
            }
            if isRenewed {
                writer.writeUnsigned(5)
                writer.writeIdentifier(member.incarnation)
            }
            if let interruption = contents.interruption {
                writer.writeUnsigned(6)
                writer.writeUnsigned(interruption.rawValue)
            }
            if let former = contents.former {
                writer.writeUnsigned(7)
                writer.writeIdentifier(former.incarnation)
            }
        }
        return StructuredCoding.encode { writer in
            writer.writeArrayHeader(2)
            writer.writeBytes(body)
            writer.writeUnsigned(UInt64(body.withUnsafeBytes { CRC32C.checksum($0) }))
        }
    }

    private static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws -> Contents {
        var reader = CBORReader(bytes)
        guard try reader.readArrayHeader() == 2 else {
            throw LogDeviceError(.corrupt, "expected an identity and its checksum")
        }
        let body = try reader.readBytesBuffer()
        let checksum = try reader.readUnsigned()
        try reader.expectEnd()
        guard UInt64(CRC32C.checksum(body)) == checksum else {
            throw LogDeviceError(.corrupt, "the identity's checksum is wrong")
        }
        return try decodeBody(body)
    }

    private static func decodeBody(
        _ body: UnsafeRawBufferPointer
    ) throws -> Contents {
        var version: UInt64 = 0
        var cluster: Identifier128?
        var incarnation: Identifier128?
        var node: UInt64 = 1
        var renewed: Identifier128?
        var interruption: UInt64?
        var former: Identifier128?
        try StructuredCoding.decodeMap(body) { key, reader in
            switch key {
            case 1: version = try reader.readUnsigned()
            case 2: cluster = try reader.readIdentifier()
            case 3: incarnation = try reader.readIdentifier()
            case 4: node = try reader.readUnsigned()
            case 5: renewed = try reader.readIdentifier()
            case 6: interruption = try reader.readUnsigned()
            case 7: former = try reader.readIdentifier()
            default: return false
            }
            return true
        }
        guard version <= currentVersion else {
            throw LogDeviceError(
                .newerFormat,
                "expected directory format \(currentVersion) or lower, found \(version)")
        }
        guard let cluster, let incarnation else {
            throw LogDeviceError(.corrupt, "expected the identifiers of cluster and incarnation")
        }
        return Contents(
            identity: HostIdentity(cluster: cluster, incarnation: incarnation),
            member: MemberID(node: node, incarnation: renewed ?? incarnation),
            interruption: try interruption.map(Interruption.init(number:)),
            former: former.map { MemberID(node: node, incarnation: $0) })
    }
}

extension IdentityFile.Interruption {
    fileprivate init(number: UInt64) throws {
        guard let known = Self(rawValue: number) else {
            throw LogDeviceError(.newerFormat, "an unknown change is under way: \(number)")
        }
        self = known
    }

    /// Why the directory is not opened.
    var message: String {
        switch self {
        case .renewal:
            "the recovery of the only member that is left was interrupted: carry it out again"
        case .quarantine:
            "the repair of the damaged directory was interrupted: carry it out again"
        case .restoration:
            "a restore into the directory was interrupted, and it holds no data: restore again"
        }
    }
}
