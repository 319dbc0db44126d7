import Crypto
import Foundation
import Khepri
import RaftCore
import RaftRuntime
import RaftTransport
import SwiftASN1
import X509

/// Signs the certificates of the members and clients of one cluster.
struct CertificateAuthority {
    /// How far another machine's clock may be behind.
    private static let clockDifference: TimeInterval = 3_600

    let identity: CertifiedKey
    /// The cluster, which its own certificate names.
    let cluster: Identifier128

    /// Founds an authority, and with it a cluster.
    init(for cluster: Identifier128, until end: Date, now: Date) throws {
        self.cluster = cluster
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName {
            OrganizationName("Khepri")
            CommonName("authority of cluster \(cluster)")
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: now - Self.clockDifference, notValidAfter: end, issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
                SubjectAlternativeNames([
                    .uniformResourceIdentifier("\(CertificateName.scheme)\(cluster)")
                ])
            }, issuerPrivateKey: key)
        identity = CertifiedKey(certificate: certificate, key: key)
    }

    /// Takes up an authority; nil if its certificate names no cluster.
    init?(_ identity: CertifiedKey) throws {
        let cluster = identity.certificate.uris.compactMap { uri in
            uri.hasPrefix(CertificateName.scheme)
                ? Identifier128(String(uri.dropFirst(CertificateName.scheme.count))) : nil
        }.first
        guard let cluster else { return nil }
        self.identity = identity
        self.cluster = cluster
    }

    /// Makes a key for a member, and signs its certificate.
    ///
    /// - Parameters:
    ///   - name: What people call the member.
    ///   - node: Its number in the cluster.
    ///   - hosts: The names and addresses that clients reach it by.
    func member(
        _ name: String, node: UInt64, hosts: [String], until end: Date, now: Date
    ) throws -> CertifiedKey {
        let uri = CertificateName(cluster: cluster, node: node).description
        return try issue(
            to: name, names: hosts.map(Self.generalName) + [.uniformResourceIdentifier(uri)],
            usages: [.serverAuth, .clientAuth], until: end, now: now)
    }

    /// Makes a key for a client, and signs its certificate.
    func client(_ name: String, until end: Date, now: Date) throws -> CertifiedKey {
        try issue(
            to: name, names: [.rfc822Name("\(name)@\(cluster)")], usages: [.clientAuth],
            until: end, now: now)
    }

    /// Signs another certificate for the same key, with the same names.
    func renewed(_ former: Certificate, until end: Date, now: Date) throws -> Certificate {
        try sign(
            former.publicKey, subject: former.subject, extensions: former.extensions, until: end,
            now: now)
    }

    private func issue(
        to name: String, names: [GeneralName], usages: [ExtendedKeyUsage.Usage], until end: Date,
        now: Date
    ) throws -> CertifiedKey {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let issuer = SubjectKeyIdentifier(hash: identity.certificate.publicKey)
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage(usages)
            SubjectKeyIdentifier(hash: key.publicKey)
            AuthorityKeyIdentifier(keyIdentifier: issuer.keyIdentifier)
            SubjectAlternativeNames(names)
        }
        let subject = try DistinguishedName {
            OrganizationName("Khepri")
            CommonName(name)
        }
        let certificate = try sign(
            key.publicKey, subject: subject, extensions: extensions, until: end, now: now)
        return CertifiedKey(certificate: certificate, key: key)
    }

    private func sign(
        _ publicKey: Certificate.PublicKey, subject: DistinguishedName,
        extensions: Certificate.Extensions, until end: Date, now: Date
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey,
            notValidBefore: now - Self.clockDifference, notValidAfter: end,
            issuer: identity.certificate.subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: identity.key)
    }

    /// A host as an address, if it is one, or as a name.
    private static func generalName(of host: String) -> GeneralName {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            guard inet_pton(family, host, &bytes) == 1 else { continue }
            return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        }
        return .dnsName(host)
    }
}

extension Certificate {
    /// The subject alternative names.
    var alternativeNames: [GeneralName] {
        // A certificate whose names cannot be read has none for us.
        (try? extensions.subjectAlternativeNames).flatMap { $0.map(Array.init) } ?? []
    }

    /// The URIs among them.
    var uris: [String] {
        alternativeNames.compactMap { name in
            if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
        }
    }
}
