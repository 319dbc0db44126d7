package import RaftCore

/// How a certificate names the member that it belongs to: the URI `khepri://CLUSTER/NODE` among its
/// subject alternative names.
///
/// It names the node and no incarnation: a certificate outlives a lost disk.
package struct CertificateName: Hashable, Sendable, CustomStringConvertible {
    /// What every such URI begins with.
    package static let scheme = "khepri://"

    package let cluster: Identifier128
    /// The number of the member.
    package let node: UInt64

    package init(cluster: Identifier128, node: UInt64) {
        self.cluster = cluster
        self.node = node
    }

    /// Reads what ``description`` gives; nil for anything else.
    package init?(_ uri: String) {
        guard uri.hasPrefix(Self.scheme) else { return nil }
        let parts = uri.dropFirst(Self.scheme.count)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let cluster = Identifier128(uuidText: String(parts[0])),
            let node = UInt64(parts[1])
        else { return nil }
        self.init(cluster: cluster, node: node)
        guard description == uri else { return nil }
    }

    /// The cluster as the text of a UUID in small letters, and the number.
    package var description: String { "\(Self.scheme)\(cluster.uuidText)/\(node)" }
}

extension Identifier128 {
    private static let groups = [8, 4, 4, 4, 12]

    /// The text of a UUID, in small letters.
    package var uuidText: String {
        let digits = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        var rest = digits[...]
        return Self.groups.map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }

    /// Reads what ``uuidText`` gives, in letters of either size; nil for anything else.
    package init?(uuidText text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let digits = parts.joined()
        guard parts.map(\.utf8.count) == Self.groups, digits.utf8.allSatisfy(\.isHexadecimalDigit),
            let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
