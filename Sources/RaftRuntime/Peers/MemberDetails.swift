import CBOR
package import RaftCore

/// What the host of a member says of itself in the configuration of its groups.
///
/// A CBOR map: 0 the name, 1 the address for other members, 2 the URL of its HTTP interface.
package struct MemberDetails: Sendable, Hashable {
    /// What people call the host.
    package var name: String
    /// `HOST:PORT` where other members reach it.
    package var peerAddress: String
    /// Where clients reach it, if it serves any.
    package var endpoint: String?

    package init(name: String, peerAddress: String, endpoint: String? = nil) {
        self.name = name
        self.peerAddress = peerAddress
        self.endpoint = endpoint
    }

    /// At most ``Configuration/Details/bytesMaximum`` bytes for names and addresses that are accepted.
    package func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: 64)
        writer.writeMapHeader(endpoint == nil ? 2 : 3)
        writer.writeUnsigned(0)
        writer.writeText(name)
        writer.writeUnsigned(1)
        writer.writeText(peerAddress)
        if let endpoint {
            writer.writeUnsigned(2)
            writer.writeText(endpoint)
        }
        return writer.finish()
    }

    /// Reads what a host said; nil if it is nothing that this version understands.
    package init?(encoded bytes: [UInt8]) {
        var name: String?
        var peerAddress: String?
        var endpoint: String?
        let isRead = bytes.withUnsafeBytes { bytes in
            var reader = CBORReader(bytes)
            do {
                for _ in 0..<(try reader.readMapHeader()) {
                    switch try reader.readUnsigned() {
                    case 0: name = try reader.readText()
                    case 1: peerAddress = try reader.readText()
                    case 2: endpoint = try reader.readText()
                    default: try reader.skip()
                    }
                }
                return true
            } catch {
                return false
            }
        }
        guard isRead, let name, let peerAddress else { return nil }
        self.init(name: name, peerAddress: peerAddress, endpoint: endpoint)
    }

    /// The number of a host with a name: the first 63 bits of its FNV-1a hash, never 0 or 1.
    package static func node(named name: String) -> UInt64 {
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return max(hash >> 1, 2)
    }
}

extension Configuration {
    /// Everybody's details, as far as they can be read.
    package var memberDetails: [MemberID: MemberDetails] {
        var all: [MemberID: MemberDetails] = [:]
        for detail in details {
            if let details = MemberDetails(encoded: detail.bytes) { all[detail.member] = details }
        }
        return all
    }
}
