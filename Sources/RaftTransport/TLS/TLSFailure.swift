import NIOSSL

/// Why a connection is not encrypted, in words.
package struct TLSFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What BoringSSL calls it, such as `CERTIFICATE_VERIFY_FAILED`.
    let reason: String

    /// The failure that an error of NIOSSL is; nil for any other error.
    package init?(_ error: any Error) {
        switch error {
        case let error as NIOSSLError: self.init(text: "\(error)")
        case let error as BoringSSLError: self.init(text: "\(error)")
        case is NIOSSLExtraError: self.init(reason: "\(error)")
        default: return nil
        }
    }

    private init(reason: String) { self.reason = reason }

    /// Picks the name out of a text such as `…SSL routines:OPENSSL_internal:NAME at FILE:LINE…`; what
    /// other parts of BoringSSL say before is why.
    private init(text: String) {
        let name = text.firstRange(of: "SSL routines:OPENSSL_internal:").map { range in
            text[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        }
        self.init(reason: name.map(String.init) ?? text)
    }

    /// Whether the other side says that it does not want this one: nothing that was sent was read.
    package var isRefusal: Bool { reason.contains("ALERT") }

    /// A sentence, and the name for those who look further.
    package var description: String {
        guard let sentence else { return "no encryption: \(reason)" }
        return "\(sentence) (\(reason))"
    }

    private var sentence: String? {
        switch reason {
        case "CERTIFICATE_VERIFY_FAILED":
            "the other side's certificate has expired, or no known authority signed it"
        case "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the other side shows no certificate"
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST":
            "the other side does not encrypt"
        case "UNSUPPORTED_PROTOCOL": "the other side knows no TLS 1.3"
        case _ where reason.contains("ALERT_CERTIFICATE_REQUIRED"):
            "the other side asks for a certificate"
        case _ where isRefusal: "the other side refuses the certificate of this one"
        default: nil
        }
    }
}
