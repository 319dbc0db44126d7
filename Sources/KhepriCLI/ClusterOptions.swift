import ArgumentParser

/// The member that is asked.
struct ClusterOptions: ParsableArguments {
    @Option(help: "Any member of the cluster, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint

    @OptionGroup var certificates: CertificateOptions

    /// Whoever asks the member.
    func client() throws -> ClusterClient {
        ClusterClient(endpoint: try certificates.applied(to: endpoint))
    }
}
