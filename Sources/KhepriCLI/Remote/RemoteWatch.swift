import Khepri
import KhepriTree

extension RemoteEvents {
    /// The changes of a store that a server serves.
    ///
    /// - Parameter start: `now`, `current` or a revision.
    /// - Throws: `StoreError` `.invalidOperation` for what is no name of a store.
    static func changes(
        of store: String, at endpoint: Endpoint, matching pattern: TreePattern, since start: String
    ) throws -> RemoteEvents {
        try StoreName.validate(store)
        let target = TargetText.base(of: store) + "/watch"
        return RemoteEvents(
            endpoint: endpoint,
            target: { start in
                let query = [("pattern", pattern.description), ("since", start)]
                return target + TargetText.query(query)
            }, start: start)
    }

    /// What happens to a member of a cluster.
    static func ofCluster(at endpoint: Endpoint) -> RemoteEvents {
        RemoteEvents(endpoint: endpoint, target: { _ in "/v1/cluster/events" }, start: "now")
    }
}
