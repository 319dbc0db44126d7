import Foundation
import Khepri
import KhepriCluster
import Logging
import RaftCore
import RaftRuntime
import RaftStorage
import RaftTransport
import Synchronization
import Testing

@testable import KhepriCLI

/// The certificates of a host while their files change.
@Suite("Certificates that change") struct CertificateKeeperTests {
    private static let cluster = Identifier128(high: 1, low: 2)
    /// TLS itself looks at the clock of the machine.
    private static let now = Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded())

    /// A clock that stands still.
    private struct StoppedClock: WallClock {
        let time: Date
        func milliseconds() -> UInt64 { UInt64(time.timeIntervalSince1970) * 1_000 }
    }

    /// A directory with an authority and the certificates of `n1`, and what was logged.
    private struct Place {
        let directory: CertificateDirectory
        let authority: CertificateAuthority
        let log = Lines()

        init(in path: String) throws {
            directory = CertificateDirectory(path: path)
            authority = try CertificateAuthority(
                for: cluster, until: now + 3_650 * 86_400, now: now)
            try directory.add(authority.identity, as: "ca")
            try directory.add(member(days: 365), as: "n1")
        }

        func member(days: Double) throws -> CertifiedKey {
            try authority.member(
                "n1", node: MemberDetails.node(named: "n1"), hosts: ["localhost"],
                until: now + days * 86_400, now: now)
        }

        func keeper(at time: Date = now) throws -> CertificateKeeper {
            try CertificateKeeper(
                directory.files(of: "n1"), logger: Logger(label: "test") { [log] _ in log },
                clock: StoppedClock(time: time))
        }
    }

    @Test func `files that changed are taken, once they fit together`() async throws {
        try await Program.withDirectory { path in
            let place = try Place(in: path)
            let keeper = try place.keeper()
            let end = keeper.settings.end
            keeper.look()
            #expect(keeper.settings.end == end)
            #expect(place.log.all.isEmpty)
            // Somebody writes the certificate first, and then its key.
            let next = try place.member(days: 400)
            try place.directory.replace(next.certificate, of: "n1")
            keeper.look()
            keeper.look()
            #expect(keeper.settings.end == end)
            #expect(place.log.all.count == 1)
            #expect(place.log.all[0].contains("n1.key: the key does not belong to the certificate"))
            try FileManager.default.removeItem(atPath: place.directory.keyFile(of: "n1"))
            keeper.look()
            #expect(place.log.all.count == 2)
            #expect(place.log.all[1].contains("n1.key: cannot open: No such file"))
            try FileManager.default.removeItem(atPath: place.directory.certificateFile(of: "n1"))
            try place.directory.add(next, as: "n1")
            keeper.look()
            #expect(keeper.settings.end == end + 35 * 86_400)
            #expect(place.log.all.count == 3)
            #expect(place.log.all[2].contains("read the certificates anew"))
        }
    }

    @Test func `people are told a week before the end, and nothing begins after it`() async throws {
        try await Program.withDirectory { path in
            let place = try Place(in: path)
            let end = Self.now + 365 * 86_400
            _ = try place.keeper(at: end - 8 * 86_400)
            #expect(place.log.all.isEmpty)
            _ = try place.keeper(at: end - 86_400)
            #expect(place.log.all.count == 1)
            #expect(place.log.all[0].contains("the certificate ends soon hours=24"))
            #expect(throws: CertificateProblem.self) { try place.keeper(at: end + 1) }
            #expect(throws: CertificateProblem.self) { try place.keeper(at: Self.now - 86_400) }
        }
    }

    @Test func `a certificate says which cluster and which member a directory is of`() throws {
        var cluster = ClusterConfiguration(name: "n1", listen: "127.0.0.1:0")
        cluster.certificates = .init(certificate: "n1.crt", privateKey: "n1.key", roots: "ca.crt")
        let own = CertificateName(cluster: Self.cluster, node: MemberDetails.node(named: "n1"))
        let other = CertificateName(cluster: Self.cluster, node: MemberDetails.node(named: "n2"))
        let moved = CertificateName(cluster: Identifier128(high: 3, low: 4), node: own.node)
        let first = CertificateName(cluster: Self.cluster, node: 1)
        let owner = { (name: CertificateName) in
            HostDirectory.Owner(cluster: name.cluster, node: name.node)
        }
        #expect(try cluster.identity(owning: nil, certified: [own]) == Self.cluster)
        #expect(try cluster.identity(owning: nil, certified: [other, own]) == Self.cluster)
        #expect(try cluster.identity(owning: owner(own), certified: [own]) == Self.cluster)
        // One that was made without peers has the number 1, whatever its name is.
        #expect(try cluster.identity(owning: owner(first), certified: [first]) == Self.cluster)
        #expect(try cluster.identity(owning: owner(own), certified: [own, moved]) == Self.cluster)
        for (owner, names) in [
            (nil, []), (nil, [other]), (nil, [first]), (nil, [own, moved]), (owner(own), [other]),
            (owner(own), [moved]), (owner(first), [own]), (owner(own), []),
        ] as [(HostDirectory.Owner?, [CertificateName])] {
            let error = #expect(throws: StoreError.self) {
                try cluster.identity(owning: owner, certified: names)
            }
            #expect(error?.code == .cannotOpen)
            #expect(error?.message.hasPrefix("n1.crt: expected the certificate of") == true)
        }
    }
}

/// What was logged: the message, and what belongs to it.
private final class Lines: LogHandler, Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).filter { $0.key != "file" }
            .map { "\($0.key)=\($0.value)" }
        lines.withLock { $0.append(([event.message.description] + details).joined(separator: " ")) }
    }
}
