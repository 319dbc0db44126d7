import ArgumentParser
import KhepriTree
import NIOSSL

/// The address of a server, such as `http://127.0.0.1:8080` or `https://n1.example.org`.
struct Endpoint: ExpressibleByArgument, CustomStringConvertible, Sendable {
    let isEncrypted: Bool
    let host: String
    let port: Int
    /// Whom an encrypted connection trusts, and what it shows; nil for what the system trusts.
    var context: NIOSSLContext?

    init?(argument: String) {
        let schemes = [("http://", 80, false), ("https://", 443, true)]
        guard let (scheme, port, isEncrypted) = schemes.first(where: { argument.hasPrefix($0.0) })
        else { return nil }
        var rest = argument.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let hasPort = rest.hasSuffix("]") ? false : rest.contains(":")
        guard let address = HostAndPort(argument: hasPort ? String(rest) : rest + ":\(port)"),
            address.port > 0
        else { return nil }
        self.isEncrypted = isEncrypted
        self.host = address.host
        self.port = address.port
    }

    /// The server that a redirection of this one names; it is shown the same.
    func redirected(to location: String) -> Endpoint? {
        let start = location.firstRange(of: "://")?.upperBound ?? location.startIndex
        let end = location[start...].firstIndex(of: "/") ?? location.endIndex
        var endpoint = Endpoint(argument: String(location[..<end]))
        endpoint?.context = context
        return endpoint
    }

    /// Host and port, as the header `Host` carries them.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    var description: String { (isEncrypted ? "https://" : "http://") + authority }
}

/// Text in the target of a request.
enum TargetText {
    /// What the targets of all requests for a store begin with.
    static func base(of store: String) -> String {
        store == "default" ? "/v1" : "/v1/stores/\(store)"
    }

    /// The bytes of a text, all but letters, digits and `-._~` escaped.
    static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            let scalar = UnicodeScalar(byte)
            if byte < 0x80,
                Character(scalar).isLetter || Character(scalar).isNumber
                    || "-._~".unicodeScalars.contains(scalar)
            {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += (digits.count == 1 ? "%0" : "%") + digits
            }
        }
        return text
    }

    /// The path of a node, as the route of nodes takes it.
    static func path(_ path: TreePath) -> String {
        if path.isRoot { return "/" }
        return path.components.map { name in
            let text = name.withUTF8 { escaped($0) }
            // A name of dots is not to be taken for a step up.
            return "/" + (text == "." ? "%2E" : text == ".." ? "%2E%2E" : text)
        }.joined()
    }

    /// The parameters of a request.
    static func query(_ parameters: [(String, String?)]) -> String {
        let pairs = parameters.compactMap { name, value in
            value.map { "\(name)=\(escaped($0.utf8))" }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
