// The example of the page on clusters.

import Khepri
import KhepriCluster

let first = try await TreeStore.open(
    at: "one", cluster: ClusterConfiguration(name: "one", listen: "127.0.0.1:7401"))
let second = try await TreeStore.open(
    at: "two",
    cluster: ClusterConfiguration(
        name: "two", listen: "127.0.0.1:7402", invitation: first.cluster.invitation))
if let request = second.cluster.joinRequest { try await first.cluster.add(request) }

try await second.put(150, at: "/stock/wood/oak")
let oak = try await first.get("/stock/wood/oak", as: Int.self, consistency: .linearizable)
print(oak ?? 0)
try await second.close()
try await first.close()
