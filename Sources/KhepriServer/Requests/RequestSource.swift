package import HTTPTypes

/// Whose requests are served: none that a foreign web page makes a browser send.
///
/// A page whose name leads to this machine (DNS rebinding) has its own name in `Host`; one that
/// posts here across sites has its own in `Origin`.
package struct RequestSource: Sendable {
    /// Names that clients may call the server by, beside `localhost` and addresses.
    package var names: [String]

    /// Serves those who call the server by an address, `localhost`, or one of these names.
    package init(names: [String]) {
        self.names = names.map { $0.lowercased() }
    }

    /// Refuses a request that somebody else may have had sent.
    ///
    /// - Throws: ``RequestError`` 403.
    package func check(_ request: HTTPRequest) throws {
        guard let host = request.authority, isOwn(host) else {
            throw RequestError(
                .forbidden,
                "expected localhost, an address or a name of --allowed-host in Host")
        }
        guard let origin = request.headerFields[.origin] else { return }
        guard origin == "http://" + host || origin == "https://" + host else {
            throw RequestError(
                .forbidden, "expected no Origin, or the one of this server, found another site")
        }
    }

    private func isOwn(_ authority: String) -> Bool {
        if authority.utf8.first == UInt8(ascii: "[") {
            // Only an address stands in brackets.
            return authority.contains("]")
        }
        let name = authority.prefix { $0 != ":" }.lowercased()
        return name == "localhost" || Self.isAddress(name) || names.contains(name)
    }

    /// Whether this is an IPv4 address, which is nobody's name.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
