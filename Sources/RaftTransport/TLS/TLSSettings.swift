package import NIOSSL

/// The certificates with which hosts of a cluster know each other; TLS 1.3, both sides show one.
///
/// A certificate is a member's when it is signed by one of the roots and has the URI
/// `khepri://CLUSTER/NODE` among its subject alternative names: CLUSTER is the cluster's identifier as
/// the text of a UUID in small letters, NODE the member's number. Host names play no part, so a member
/// may move.
package struct TLSSettings: Sendable {
    /// The certificate of this member, and those between it and a root.
    package var certificates: [NIOSSLCertificate]
    package var privateKey: NIOSSLPrivateKey
    /// Who signs the certificates of members.
    package var roots: [NIOSSLCertificate]

    package init(
        certificates: [NIOSSLCertificate], privateKey: NIOSSLPrivateKey,
        roots: [NIOSSLCertificate]
    ) {
        self.certificates = certificates
        self.privateKey = privateKey
        self.roots = roots
    }

    /// Reads files in PEM form.
    ///
    /// - Throws: What NIOSSL says of a file that is missing or no PEM.
    package init(certificateFile: String, privateKeyFile: String, rootsFile: String) throws {
        self.init(
            certificates: try NIOSSLCertificate.fromPEMFile(certificateFile),
            privateKey: try NIOSSLPrivateKey(file: privateKeyFile, format: .pem),
            roots: try NIOSSLCertificate.fromPEMFile(rootsFile))
    }

    /// The same for the side that dials and for the side that listens.
    func contexts() throws -> TLSContexts {
        var server = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(privateKey), trustRoots: .certificates(roots))
        server.minimumTLSVersion = .tlsv13
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = server.certificateChain
        client.privateKey = server.privateKey
        client.trustRoots = server.trustRoots
        client.certificateVerification = .noHostnameVerification
        client.minimumTLSVersion = .tlsv13
        return TLSContexts(
            server: try NIOSSLContext(configuration: server),
            client: try NIOSSLContext(configuration: client))
    }
}

/// What NIOSSL needs to open connections.
struct TLSContexts: Sendable {
    let server: NIOSSLContext
    let client: NIOSSLContext
}

extension NIOSSLCertificate {
    /// The URIs among the subject alternative names.
    var uris: [String] {
        _subjectAlternativeNames().filter { $0.nameType == .uri }.map {
            String(decoding: $0.contents, as: UTF8.self)
        }
    }
}
