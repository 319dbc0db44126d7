import Khepri

/// A cluster of members in one process.
struct DevelopmentCluster {
    let directory: String
    let memberCount: Int
    /// The HTTP address of the first member; the others have the ports after it, or any with port 0.
    let first: HostAndPort
    let allowsPlaintext: Bool
    let allowedHosts: [String]

    /// Opens the members; the first founds the cluster, if there is none yet.
    func open() async throws -> [(member: ServedMember, host: StoreHost)] {
        var served: [(member: ServedMember, host: StoreHost)] = []
        do {
            for number in 0..<memberCount {
                let port = first.port == 0 ? 0 : first.port + number
                let member = ServedMember(
                    name: "n\(number + 1)", directory: "\(directory)/n\(number + 1)",
                    address: HostAndPort(host: first.host, port: port),
                    peer: "\(first.host):\(port == 0 ? 0 : port + 10_000)",
                    allowsPlaintext: allowsPlaintext, allowedHosts: allowedHosts)
                let leader = try await served.first?.host.store().cluster
                let host = try await member.open(invitedBy: leader)
                served.append((member, host))
            }
            return served
        } catch {
            for (_, host) in served { try? await host.close() }
            throw error
        }
    }
}
