import Foundation
import NIOSSL
import RaftCore
import Testing
import X509

@testable import RaftTransport

/// What a host finds wrong with its own certificates, before it shows them to anybody.
@Suite("Checks of certificates") struct CertificateCheckTests {
    private static var now: Int { Int(Date.now.timeIntervalSince1970) }

    private static func fault(_ settings: TLSSettings, isClient: Bool = false) -> CertificateFault?
    {
        #expect(throws: CertificateFault.self) { try settings.check(at: now, isClient: isClient) }
    }

    @Test func `what members accept of each other passes`() throws {
        let settings = try CertificateMaker().settings(node: 2)
        try settings.check(at: Self.now)
        try settings.check(at: Self.now, isClient: true)
        #expect(settings.names == [CertificateName(cluster: TestHost.cluster, node: 2)])
        #expect(settings.hostNames == ["example.org"])
        #expect(abs(settings.end - Self.now - 3_600) < 60)
    }

    @Test func `time runs out`() throws {
        let settings = try CertificateMaker().settings(node: 2)
        try settings.check(at: settings.end)
        #expect(throws: CertificateFault.expired) { try settings.check(at: settings.end + 1) }
        let early = try CertificateMaker().settings(node: 2, validity: 600...900)
        #expect(Self.fault(early) == .notYetValid)
        let late = try CertificateMaker().settings(node: 2, validity: -900...(-600))
        #expect(Self.fault(late) == .expired)
    }

    @Test func `the key of another certificate is found`() throws {
        let maker = try CertificateMaker()
        var settings = try maker.settings(node: 2)
        settings.privateKey = try maker.settings(node: 2).privateKey
        #expect(Self.fault(settings) == .otherKey)
    }

    @Test func `an authority that signed nothing is found`() throws {
        var settings = try CertificateMaker().settings(node: 2)
        settings.roots = try CertificateMaker().settings(node: 2).roots
        #expect(Self.fault(settings) == .refused("CERTIFICATE_VERIFY_FAILED"))
        #expect(Self.fault(settings, isClient: true) == .refused("CERTIFICATE_VERIFY_FAILED"))
    }

    @Test func `a member both asks and answers, a client only asks`() throws {
        let maker = try CertificateMaker()
        let asking = try maker.settings(node: 2, usage: .clientAuth)
        #expect(Self.fault(asking) == .refused("CERTIFICATE_VERIFY_FAILED"))
        try asking.check(at: Self.now, isClient: true)
        let answering = try maker.settings(node: 2, usage: .serverAuth)
        #expect(Self.fault(answering) == .refused("CERTIFICATE_VERIFY_FAILED"))
        #expect(Self.fault(answering, isClient: true) == .refused("CERTIFICATE_VERIFY_FAILED"))
    }

    @Test(arguments: ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `what is no PEM is found`(text: String) {
        let bytes = Array(text.utf8)
        #expect(throws: CertificateFault.noCertificate) {
            try TLSSettings(certificates: bytes, privateKey: bytes, roots: bytes)
        }
        #expect(throws: CertificateFault.noAuthority) {
            try TLSSettings.certificates(in: bytes, or: .noAuthority)
        }
    }

    @Test(arguments: [
        "khepri://01234567-89ab-cdef-0000-000000000001/2",
        "khepri://00000000-0000-0000-0000-000000000000/18446744073709551615",
    ])
    func `a name is read as it is written`(uri: String) {
        #expect(CertificateName(uri)?.description == uri)
    }

    @Test(arguments: [
        "", "khepri://", "khepri://01234567-89ab-cdef-0000-000000000001",
        "khepri://01234567-89ab-cdef-0000-000000000001/",
        "khepri://01234567-89ab-cdef-0000-000000000001/02",
        "khepri://01234567-89ab-cdef-0000-000000000001/+2",
        "khepri://01234567-89ab-cdef-0000-000000000001/-2",
        "khepri://01234567-89ab-cdef-0000-000000000001/2/",
        "khepri://01234567-89AB-cdef-0000-000000000001/2",
        "khepri://0123456789abcdef0000000000000001/2",
        "khepri://01234567-89ab-cdef-0000-00000000000/2",
        "khepri://+1234567-89ab-cdef-0000-000000000001/2",
        "spiffe://01234567-89ab-cdef-0000-000000000001/2",
        "khepri://01234567-89ab-cdef-0000-000000000001/18446744073709551616",
    ])
    func `what is no name is none`(uri: String) {
        #expect(CertificateName(uri) == nil)
    }
}
