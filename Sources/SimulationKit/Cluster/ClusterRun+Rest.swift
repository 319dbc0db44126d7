import Khepri
import RaftCore
import RaftRuntime

// When a cluster is at rest: all members are there, and level with each other in all stores.
extension ClusterRun {
    /// The store that is always there, of the member that leads it in the newest term.
    var leader: TreeStore? { leader(of: members.compactMap(\.store)) }

    private func leader(of stores: [TreeStore]) -> TreeStore? {
        stores.filter { $0.groupStatus.role == .leader }
            .max { $0.groupStatus.term < $1.groupStatus.term }
    }

    /// Whether every host is in its seat, as the leader says.
    var isWhole: Bool {
        guard let leader, invitation != nil, !steward.isBusy else { return false }
        let present = members.filter { $0.store != nil && $0.identity != nil }
        return present.count == members.count && isWhole(leader)
    }

    private func isWhole(_ leader: TreeStore) -> Bool {
        let voters = members.filter(\.isVoter).compactMap(\.identity)
        let configuration = leader.groupStatus.configuration
        return configuration.voters == voters.sorted()
            && configuration.allMembers.count == members.count
    }

    /// Whether all members have the same stores in the same states, and the watchers know of them.
    var isLevel: Bool {
        let stores = members[0].stores
        guard !keeper.isBusy, stores.allSatisfy(isLevel) else { return false }
        let names = stores.map(\.name).sorted()
        guard members.allSatisfy({ $0.host?.storeNames == names && $0.stores.count == names.count })
        else { return false }
        do {
            return try watchers.areLevel(with: stores)
        } catch {
            fail("a store cannot be read: \(error)")
            return false
        }
    }

    private func isLevel(_ store: TreeStore) -> Bool {
        let stores = members.compactMap { member in
            member.stores.first { $0.groupID == store.groupID }
        }
        guard stores.count == members.count, let leader = leader(of: stores), isWhole(leader),
            Set(stores.map(\.stateHash)).count == 1
        else { return false }
        let last = leader.groupStatus.lastPosition.index
        return stores.allSatisfy { $0.groupStatus.appliedIndex == last }
    }
}
