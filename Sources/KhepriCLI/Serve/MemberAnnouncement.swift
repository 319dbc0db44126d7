import Khepri
import ServiceLifecycle

/// Tells the leader where a member is that was started with other addresses than before.
///
/// The others reach it at once, for it tells them when it connects; this is for those that ask, and for
/// members that start later.
struct MemberAnnouncement: Service {
    /// The pause between attempts.
    private static let pause = Duration.seconds(1)

    let host: StoreHost
    /// The member that has moved.
    let member: ServedMember

    func run() async throws {
        let cluster = try await host.store().cluster
        guard let request = cluster.joinRequest, cluster.members.contains(where: \.isLocal) else {
            return
        }
        await cancelWhenGracefulShutdown {
            while !cluster.isKnownAsItIs, !Task.isCancelled {
                // Without a leader there is nobody to tell; there will be one.
                try? await announce(request, in: cluster)
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func announce(_ request: Cluster.JoinRequest, in cluster: Cluster) async throws {
        let status = cluster.status
        if status.isLeader { return try await cluster.add(request) }
        let leader = status.members.first(where: \.isLeader)?.endpoint
        guard let endpoint = leader.flatMap(Endpoint.init(argument:)) ?? member.join
        else { return }
        try await ClusterClient(endpoint: try member.reached(endpoint)).add(request)
    }
}
