import CBOR
import RaftCore
import RaftRuntime

// An array whose version comes first, so that what follows may change with it:
//
//     greeting = [ "khepri-peer", version: 1, 0, hello, * any ]
//              / [ "khepri-peer", version: 1, 1, refusal, * any ]
//     hello    = { 0: cluster, 1: sender, 2: receiver, 3: lane, ? 4: address, 5: role, * uint => any }
//     refusal  = { 0: reason, * uint => any }
extension Greeting {
    /// The version that this host speaks.
    static let version: UInt64 = 1

    private static let magic = "khepri-peer"

    /// The most bytes of a greeting; whoever has not given one yet gets no more memory.
    static let bytesMaximum = 4_096

    func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(4)
        writer.writeText(Self.magic)
        writer.writeUnsigned(Self.version)
        switch self {
        case .hello(let hello):
            writer.writeUnsigned(0)
            hello.write(to: &writer)
        case .refusal(let refusal):
            writer.writeUnsigned(1)
            writer.writeMapHeader(1)
            writer.writeUnsigned(0)
            writer.writeUnsigned(refusal.rawValue)
        }
    }

    /// Reads any bytes at all.
    ///
    /// - Throws: ``PeerRefusal`` `.newerVersion` before it looks at what a newer version may have changed,
    ///   `.malformed` for everything else.
    init(encoded bytes: UnsafeRawBufferPointer) throws(PeerRefusal) {
        do {
            var reader = CBORReader(bytes)
            self = try Self.read(&reader)
        } catch {
            throw error as? PeerRefusal ?? .malformed
        }
    }

    private static func read(_ reader: inout CBORReader) throws -> Greeting {
        let count = try reader.readArrayHeader()
        guard count >= 4, try reader.readText() == magic else { throw PeerRefusal.malformed }
        let version = try reader.readUnsigned()
        guard version > 0 else { throw PeerRefusal.malformed }
        guard version <= Self.version else { throw PeerRefusal.newerVersion }
        let greeting: Greeting
        switch try reader.readUnsigned() {
        case 0: greeting = .hello(try Hello(from: &reader))
        case 1: greeting = .refusal(try PeerRefusal(from: &reader))
        default: throw PeerRefusal.malformed
        }
        for _ in 4..<count { try reader.skip() }
        try reader.expectEnd()
        return greeting
    }
}

extension PeerRefusal {
    /// Reads a reason; one that this version does not know is told as malformed.
    fileprivate init(from reader: inout CBORReader) throws {
        var code: UInt64?
        try reader.readFields { key, reader in
            if key == 0 { code = try reader.readUnsigned() } else { try reader.skip() }
        }
        guard let code else { throw PeerRefusal.malformed }
        self = PeerRefusal(rawValue: code) ?? .malformed
    }
}

extension Hello {
    fileprivate func write(to writer: inout CBORWriter) {
        writer.writeMapHeader(address == nil ? 5 : 6)
        writer.writeUnsigned(0)
        writer.writeBytes(cluster.bytes)
        writer.writeUnsigned(1)
        sender.write(to: &writer)
        writer.writeUnsigned(2)
        receiver.write(to: &writer)
        writer.writeUnsigned(3)
        writer.writeUnsigned(lane.rawValue)
        if let address {
            writer.writeUnsigned(4)
            writer.writeText(address.description)
        }
        writer.writeUnsigned(5)
        writer.writeText(role)
    }

    fileprivate init(from reader: inout CBORReader) throws {
        var cluster: Identifier128?
        var members: (sender: MemberID?, receiver: MemberID?)
        var lane: Lane?
        var address: PeerAddress?
        var role = ""
        try reader.readFields { key, reader in
            switch key {
            case 0: cluster = try Identifier128(from: &reader)
            case 1: members.sender = try MemberID(from: &reader)
            case 2: members.receiver = try MemberID(from: &reader)
            case 3: lane = Lane(rawValue: try reader.readUnsigned())
            case 4: address = PeerAddress(try reader.readText())
            case 5: role = try reader.readText()
            default: try reader.skip()
            }
        }
        guard let cluster, let sender = members.sender, let receiver = members.receiver, let lane
        else { throw PeerRefusal.malformed }
        self.init(
            cluster: cluster, sender: sender, receiver: receiver, lane: lane, address: address,
            role: role)
    }
}
