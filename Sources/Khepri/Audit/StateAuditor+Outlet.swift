import Logging
import RaftCore
import RaftRuntime

extension StateAuditor.Outlet {
    /// The way into the log of an open store, and to those who listen to its events.
    init(
        to group: RaftGroup<StoreMachine>, of store: String, _ configuration: StoreConfiguration,
        _ events: ClusterEvents
    ) {
        let logger = configuration.logger
        self.init(
            // A report that gets lost is followed by others.
            propose: { [weak group] command in group?.propose(.bytes(command)) { _ in } },
            complain: { [weak group] members in
                guard let group else { return }
                let names = MemberNames(group.status.configuration)
                for name in members.map(names.name(of:)) {
                    logger.error(
                        "the state of a member is not that of the others",
                        metadata: ["member": "\(name)", "store": "\(store)"])
                    events.note(.memberDiverged(name: name))
                }
            })
    }
}
