import ArgumentParser
import KhepriCluster
import NIOSSL
import RaftRuntime
import RaftTransport

/// The certificates that a command shows to others, and checks them with.
struct CertificateOptions: ParsableArguments {
    @Option(
        name: .customLong("certs-dir"),
        help: "A directory of `khepri certificates`, in place of the three files.")
    var directory: String?

    @Option(name: .customLong("ca-file"), help: "Who signs the certificates of others, in PEM.")
    var authorityFile: String?

    @Option(name: .customLong("cert-file"), help: "The certificate to show to others, in PEM.")
    var certificateFile: String?

    @Option(name: .customLong("key-file"), help: "The private key of --cert-file, in PEM.")
    var keyFile: String?

    func validate() throws {
        let files = [authorityFile, certificateFile, keyFile]
        guard directory == nil || files.allSatisfy({ $0 == nil }) else {
            throw ValidationError(
                "expected either --certs-dir, or --ca-file, --cert-file and --key-file")
        }
        guard (certificateFile == nil) == (keyFile == nil),
            certificateFile == nil || authorityFile != nil
        else {
            throw ValidationError("expected --ca-file, --cert-file and --key-file together")
        }
    }

    /// The files of a member or client; nil if the command names none, or an authority only.
    func files(of name: String) -> CertificatePaths? {
        if let directory {
            return CertificateDirectory(path: directory).files(of: name)
        }
        guard let authorityFile, let certificateFile, let keyFile else { return nil }
        return .init(certificate: certificateFile, privateKey: keyFile, roots: authorityFile)
    }

    /// A server with what is shown to it, and what its certificate is checked with.
    ///
    /// - Throws: ``CertificateProblem``, which names the file that cannot be used.
    func applied(to endpoint: Endpoint) throws -> Endpoint {
        guard endpoint.isEncrypted else { return endpoint }
        var endpoint = endpoint
        if let files = files(of: CertificateDirectory.clientName) {
            let time = Int(SystemClock().milliseconds() / 1_000)
            endpoint.context = try CertificateFiles(reading: files)
                .settings(of: files, at: time, isClient: true).clientContext()
        } else if let authorityFile {
            var client = TLSConfiguration.makeClientConfiguration()
            client.trustRoots = .certificates(try Self.authorities(in: authorityFile))
            endpoint.context = try NIOSSLContext(configuration: client)
        }
        return endpoint
    }

    private static func authorities(in file: String) throws -> [NIOSSLCertificate] {
        let contents = try CertificateFiles.contents(of: file)
        do {
            return try TLSSettings.certificates(in: contents, or: .noAuthority)
        } catch {
            throw ProgramExit(
                .unreachable, "\(file): expected the certificates of authorities in PEM form")
        }
    }
}
