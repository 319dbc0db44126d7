import ArgumentParser
import Foundation
import Khepri
import NIOCore
import RaftCore
import RaftRuntime
import RaftTransport
import SwiftASN1
import X509

struct CertificatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificates",
        abstract: "Make the certificates with which members and clients know each other.",
        discussion: """
            A directory has the authority of one cluster, ca.crt and ca.key, and NAME.crt and NAME.key \
            for each member and client. A machine gets the files of its member, and ca.crt; ca.key \
            stays where certificates are made. Whoever has it can let anybody in.

            EXAMPLES
              khepri certificates create n1 n2 n3
              khepri certificates create n4 --host n4.example.org --host 10.0.0.4
              khepri certificates create --client alice
              khepri certificates renew n1
              khepri certificates list
            """,
        subcommands: [
            CertificatesCreateCommand.self, CertificatesRenewCommand.self,
            CertificatesListCommand.self,
        ])
}

/// Where the certificates are, and how long they are valid.
struct CertificatesOptions: ParsableArguments {
    @Option(name: .customLong("certs-dir"), help: "The directory of the certificates.")
    var path = "certificates"

    var directory: CertificateDirectory { CertificateDirectory(path: path) }

    /// The authority of the directory.
    func authority() throws -> CertificateAuthority {
        let directory = directory
        let identity = try directory.read(CertificateDirectory.authorityName)
        guard let authority = try CertificateAuthority(identity) else {
            let file = directory.certificateFile(of: CertificateDirectory.authorityName)
            throw ProgramExit(
                .unreachable,
                "\(file): expected the authority of a cluster, "
                    + "\(CertificateName.scheme)CLUSTER")
        }
        return authority
    }
}

/// How long certificates are valid.
struct ValidityOptions: ParsableArguments {
    private static let dayMaximum = 3_650

    @Option(help: "How many days the certificates are valid.")
    var days = 365

    func validate() throws {
        guard (1...Self.dayMaximum).contains(days) else {
            throw ValidationError("expected 1 to \(Self.dayMaximum) --days, found \(days)")
        }
    }

    func end(from now: Date) -> Date { now + TimeInterval(days) * 86_400 }

    /// Until when an authority is valid: ten years.
    func authorityEnd(from now: Date) -> Date { now + TimeInterval(Self.dayMaximum) * 86_400 }
}

struct CertificatesCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a key and a certificate for each name, and the authority if it is missing.",
        discussion: """
            Nothing is overwritten. The first time a client called `client` comes with the authority; \
            the commands for people use it.
            """)

    /// What every member can be reached by on its own machine.
    private static let localHosts = ["localhost", "127.0.0.1", "::1"]

    @OptionGroup var options: CertificatesOptions
    @OptionGroup var validity: ValidityOptions

    @Argument(help: "The names of members, as `khepri serve --name` has them; or of clients.")
    var names: [String]

    @Flag(help: "The names are those of clients.")
    var client = false

    @Option(
        name: .customLong("host"),
        help: "A name or address that the members are reached by, beside their own and localhost.")
    var hosts: [String] = []

    @Option(help: "The UUID of a cluster that is there already, for a new authority.")
    var cluster: String?

    @Option(help: "The identifier of a member that is there already, for its certificate.")
    var member: String?

    func validate() throws {
        guard member == nil || names.count == 1 && !client else {
            throw ValidationError("expected the name of one member with --member")
        }
        guard Set(names).count == names.count else {
            throw ValidationError("expected different names")
        }
    }

    func run() async throws {
        let directory = options.directory
        let isFirst = try !directory.has(CertificateDirectory.authorityName)
        for name in names + (isFirst ? [CertificateDirectory.clientName] : []) {
            try StoreName.validate(name)
            guard try name != CertificateDirectory.authorityName && !directory.has(name) else {
                throw ProgramExit(
                    .refused,
                    "there is a certificate of \(name) in \(directory.path) already: "
                        + "`khepri certificates renew` makes another one")
            }
        }
        guard isFirst || cluster == nil else {
            throw ProgramExit(.refused, "the authority in \(directory.path) is of another cluster")
        }
        let now = Date.now
        let authority = try isFirst ? found(in: directory, now) : options.authority()
        for name in names {
            let identity =
                try client
                ? authority.client(name, until: validity.end(from: now), now: now)
                : authority.member(
                    name, node: try node(of: name), hosts: [name] + Self.localHosts + hosts,
                    until: validity.end(from: now), now: now)
            try add(identity, as: name, to: directory)
        }
    }

    private func found(
        in directory: CertificateDirectory, _ now: Date
    ) throws -> CertificateAuthority {
        let entropy = SystemEntropy()
        var identifier = Identifier128(high: entropy.next(), low: entropy.next())
        if let cluster {
            guard
                let known = Identifier128(cluster) ?? Identifier128(hexadecimal: cluster)
            else { throw ProgramExit(.usage, "expected a UUID as --cluster, found \(cluster)") }
            identifier = known
        }
        let authority = try CertificateAuthority(
            for: identifier, until: validity.authorityEnd(from: now), now: now)
        let client = try authority.client(
            CertificateDirectory.clientName, until: validity.end(from: now), now: now)
        try directory.make()
        try add(authority.identity, as: CertificateDirectory.authorityName, to: directory)
        try add(client, as: CertificateDirectory.clientName, to: directory)
        return authority
    }

    /// The number of a member: that of its name, or the one that it has.
    private func node(of name: String) throws -> UInt64 {
        guard let member else { return MemberDetails.node(named: name) }
        guard let known = Cluster.MemberIdentifier(member) else {
            throw ProgramExit(
                .usage, "expected an identifier as `khepri cluster members` has it, found \(member)"
            )
        }
        return known.member.node
    }

    private func add(
        _ identity: CertifiedKey, as name: String, to directory: CertificateDirectory
    ) throws {
        try directory.add(identity, as: name)
        try StandardOutput.line("wrote \(directory.certificateFile(of: name))")
    }
}

struct CertificatesRenewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Make another certificate for the same key, in the place of the former one.",
        discussion: """
            A server takes it within ten seconds, for the connections that begin from then on; there \
            is no need to restart it.
            """)

    @OptionGroup var options: CertificatesOptions
    @OptionGroup var validity: ValidityOptions

    @Argument(help: "The names of members and clients.")
    var names: [String]

    func run() async throws {
        let authority = try options.authority()
        let directory = options.directory
        let now = Date.now
        for name in names {
            guard name != CertificateDirectory.authorityName else {
                throw ProgramExit(.usage, "expected the name of a member or client")
            }
            let former = try directory.certificate(of: name)
            let certificate = try authority.renewed(
                former, until: validity.end(from: now), now: now)
            try directory.replace(certificate, of: name)
            try StandardOutput.line("wrote \(directory.certificateFile(of: name))")
        }
    }
}

struct CertificatesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the certificates, with their ends and their names.")

    @OptionGroup var options: CertificatesOptions

    func run() async throws {
        let directory = options.directory
        let rows = try directory.names().map { name in
            let certificate = try directory.certificate(of: name)
            return [
                name, certificate.notValidAfter.formatted(.iso8601),
                certificate.alternativeNames.map(\.text).joined(separator: " "),
            ]
        }
        let table = TextTable(header: ["NAME", "VALID UNTIL", "FOR"], rows: rows, rightAligned: [])
        for line in table.lines() { try StandardOutput.line(line) }
    }
}

extension GeneralName {
    /// The name as people write it.
    fileprivate var text: String {
        switch self {
        case .dnsName(let name), .rfc822Name(let name), .uniformResourceIdentifier(let name): name
        case .ipAddress(let address):
            (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: address.bytes), port: 0))?
                .ipAddress ?? description
        default: description
        }
    }
}
