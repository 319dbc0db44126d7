/// Where a host listens for others.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, or an address of IP in text without brackets.
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, or `[address]:port` for an address with colons.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMaximum, let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The longest text of an address that is believed.
    static let bytesMaximum = 300
}
