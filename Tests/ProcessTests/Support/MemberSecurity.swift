import ArgumentParser
import TestSupport

@testable import KhepriCLI

/// How members and clients speak to each other.
enum MemberSecurity {
    /// Anybody may listen.
    case none
    /// With the certificates of a directory, which everybody shows and everybody checks.
    case certificates(String)

    /// Makes certificates for some members.
    static func withCertificates(for count: Int, in directory: String) async throws -> Self {
        let place = directory + "/certificates"
        let names = (1...count).map { "n\($0)" }
        let hosts = (1...count).flatMap { ["--host", FaultyNetwork.address(of: $0)] }
        try await Tool.run(
            [MemberProcess.program, "certificates", "create"] + names + hosts
                + ["--certs-dir", place])
        return .certificates(place)
    }

    /// How clients reach an address.
    func endpoint(_ address: String) throws -> Endpoint {
        let options: [String]
        let scheme: String
        switch self {
        case .none: (scheme, options) = ("http", [])
        case .certificates(let place): (scheme, options) = ("https", ["--certs-dir", place])
        }
        guard let endpoint = Endpoint(argument: "\(scheme)://\(address)") else {
            preconditionFailure("the address of a host is one")
        }
        return try CertificateOptions.parse(options).applied(to: endpoint)
    }

    /// What `khepri serve` is told to serve an address like that.
    func words(serving address: String) -> [String] {
        switch self {
        case .none: ["--http", address, "--insecure"]
        case .certificates(let place): ["--https", address, "--certs-dir", place]
        }
    }
}
