import Crypto
import Foundation
import NIOSSL
import RaftCore
import SwiftASN1
import X509

@testable import RaftTransport

/// An authority that signs the certificates of members.
struct CertificateMaker {
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let name: DistinguishedName
    private let root: Certificate

    init() throws {
        name = try DistinguishedName { CommonName("test authority") }
        root = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: .now - 3_600, notValidAfter: .now + 36_000, issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: key)
    }

    /// What the member of a node needs, or who claims to be one.
    ///
    /// - Parameter validity: From when until when, in seconds from now.
    func settings(
        node: UInt64, cluster: Identifier128 = TestHost.cluster,
        validity: ClosedRange<TimeInterval> = -3_600...3_600,
        usage: ExtendedKeyUsage.Usage? = nil
    ) throws -> TLSSettings {
        let uri = Doorkeeper(cluster: cluster, member: TestHost.member(node))
            .certificateName(of: TestHost.member(node))
        let own = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(),
            publicKey: Certificate.PublicKey(own.publicKey),
            notValidBefore: .now + validity.lowerBound,
            notValidAfter: .now + validity.upperBound, issuer: name,
            subject: try DistinguishedName { CommonName("member") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames([.dnsName("example.org"), .uniformResourceIdentifier(uri)])
                if let usage { try ExtendedKeyUsage([usage]) }
            }, issuerPrivateKey: key)
        return TLSSettings(
            certificates: [try Self.converted(certificate)],
            privateKey: try NIOSSLPrivateKey(
                bytes: Array(own.pemRepresentation.utf8), format: .pem),
            roots: [try Self.converted(root)])
    }

    private static func converted(_ certificate: Certificate) throws -> NIOSSLCertificate {
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
    }
}
