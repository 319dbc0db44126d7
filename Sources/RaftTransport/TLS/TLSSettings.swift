package import NIOSSL

/// The certificates with which hosts of a cluster know each other; TLS 1.3, both sides show one.
///
/// A certificate is a member's when it is signed by one of the roots and carries its
/// ``CertificateName``. Host names play no part among members, so one of them may move.
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

    /// Reads the contents of files in PEM form.
    ///
    /// - Throws: ``CertificateFault`` for what is nothing of the kind.
    package init(certificates: [UInt8], privateKey: [UInt8], roots: [UInt8]) throws {
        self.init(
            certificates: try Self.certificates(in: certificates, or: .noCertificate),
            privateKey: try Self.privateKey(in: privateKey),
            roots: try Self.certificates(in: roots, or: .noAuthority))
    }

    /// Reads at least one certificate.
    ///
    /// - Throws: The fault.
    package static func certificates(
        in bytes: [UInt8], or fault: CertificateFault
    ) throws -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
        else { throw fault }
        return certificates
    }

    private static func privateKey(in bytes: [UInt8]) throws -> NIOSSLPrivateKey {
        do {
            // Without a passphrase that is given here, a terminal would be asked for one.
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem) {
                (answer: NIOSSLPassphraseSetter<[UInt8]>) in answer([])
            }
        } catch {
            throw CertificateFault.noPrivateKey
        }
    }

    /// The members that the certificate names.
    package var names: [CertificateName] {
        certificates.first?.uris.compactMap { CertificateName($0) } ?? []
    }

    /// The host names that the certificate is for.
    package var hostNames: [String] { certificates.first?.texts(of: .dnsName) ?? [] }

    /// The same for the side that dials and for the side that listens.
    ///
    /// - Throws: ``CertificateFault`` if the key is another one's.
    package func contexts() throws -> TLSContexts { try contexts(trustingAnybody: false) }

    /// - Parameter trustsAnybody: Whether the side that dials takes any certificate.
    func contexts(trustingAnybody trustsAnybody: Bool) throws -> TLSContexts {
        var server = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(privateKey), trustRoots: .certificates(roots))
        server.minimumTLSVersion = .tlsv13
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = server.certificateChain
        client.privateKey = server.privateKey
        client.trustRoots = server.trustRoots
        client.certificateVerification = trustsAnybody ? .none : .noHostnameVerification
        client.minimumTLSVersion = .tlsv13
        do {
            return TLSContexts(
                server: try NIOSSLContext(configuration: server),
                client: try NIOSSLContext(configuration: client))
        } catch {
            throw CertificateFault.otherKey
        }
    }
}

extension TLSSettings {
    /// For the clients of a server that this host shows the same certificate to: its name counts.
    ///
    /// - Throws: ``CertificateFault`` if the key is another one's.
    package func clientContext() throws -> NIOSSLContext {
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = certificates.map { .certificate($0) }
        client.privateKey = .privateKey(privateKey)
        client.trustRoots = .certificates(roots)
        do {
            return try NIOSSLContext(configuration: client)
        } catch {
            throw CertificateFault.otherKey
        }
    }
}

/// What NIOSSL needs to open connections between members.
package struct TLSContexts: Sendable {
    package let server: NIOSSLContext
    package let client: NIOSSLContext
}

/// What is wrong with the certificates of a host.
package enum CertificateFault: Error, Hashable, Sendable {
    /// The certificate is none in PEM form.
    case noCertificate
    /// The key is none in PEM form, or wants a passphrase.
    case noPrivateKey
    /// There is no authority in PEM form.
    case noAuthority
    /// The key does not belong to the certificate.
    case otherKey
    case notYetValid
    case expired
    /// Others would refuse it; the reason as TLS calls it.
    case refused(String)
}

extension NIOSSLCertificate {
    /// The URIs among the subject alternative names.
    var uris: [String] { texts(of: .uri) }

    fileprivate func texts(of type: _SubjectAlternativeName.NameType) -> [String] {
        _subjectAlternativeNames().filter { $0.nameType == type }.map {
            String(decoding: $0.contents, as: UTF8.self)
        }
    }
}
