/// What a request is about: the target is split as it came, and decoded piece by piece after that.
///
/// A `%2F` in a name therefore stays a part of the name, whatever is done to the rest.
package enum RequestTarget: Equatable {
    /// `/v1/nodes/{path}`: the text of the path, not yet decoded.
    case node(store: String, path: String)
    /// `/v1/nodes`
    case nodes(store: String)
    /// `/v1/ops`
    case operations(store: String)
    /// `/v1/export`
    case export(store: String)
    /// `/v1/backup`
    case backup(store: String)
    /// `/v1/watch`
    case watch(store: String)
    /// `/v1/triggers`
    case triggers(store: String)
    /// `/v1/triggers/{name}`
    case trigger(store: String, name: String)
    /// `/v1/triggers/{name}/{id}`: a parked change.
    case parked(store: String, trigger: String, id: String)
    /// `/v1/procedures`
    case procedures(store: String)
    /// `/v1/procedures/{name}`
    case procedure(store: String, name: String)
    /// `/v1/leases`
    case leases(store: String)
    /// `/v1/leases/{id}`
    case lease(store: String, id: String)
    /// `/v1/stores/{name}`
    case store(name: String)
    /// `/v1/stores`
    case stores
    /// `/v1/cluster`
    case cluster
    /// `/v1/cluster/events`
    case clusterEvents
    /// `/v1/cluster/members`
    case members
    /// `/v1/cluster/members/{id}`: a name or an identifier.
    case member(name: String)
    /// `/v1/cluster/leader`
    case leader
    /// `/metrics`
    case metrics
    /// `/livez`
    case alive
    /// `/readyz`
    case ready

    /// The store of a target that names none.
    static let defaultStore = "default"

    /// The store that is asked; nil where it is the server.
    var store: String? {
        switch self {
        case .node(let store, _), .nodes(let store), .operations(let store), .export(let store),
            .backup(let store), .watch(let store), .triggers(let store), .trigger(let store, _),
            .parked(let store, _, _), .procedures(let store), .procedure(let store, _),
            .leases(let store), .lease(let store, _):
            store
        case .store, .stores, .cluster, .clusterEvents, .members, .member, .leader, .metrics,
            .alive, .ready:
            nil
        }
    }

    /// Reads the path of a target; nil for one that leads nowhere.
    package init?(path: Substring) {
        switch path {
        case "/metrics": self = .metrics
        case "/livez": self = .alive
        case "/readyz": self = .ready
        case "/v1/stores": self = .stores
        case "/v1/cluster": self = .cluster
        case "/v1/cluster/events": self = .clusterEvents
        case "/v1/cluster/members": self = .members
        case "/v1/cluster/leader": self = .leader
        default:
            guard path.utf8.starts(with: "/v1/".utf8) else { return nil }
            let rest = path.dropFirst(4)
            if rest.utf8.starts(with: "cluster/members/".utf8) {
                self = .member(name: String(rest.dropFirst(16)))
                return
            }
            guard rest.utf8.starts(with: "stores/".utf8) else {
                self.init(store: Self.defaultStore, rest)
                return
            }
            let named = rest.dropFirst(7)
            let end = named.utf8.firstIndex(of: PathByte.slash)
            let name = String(named[..<(end ?? named.endIndex)])
            guard let end else {
                self = .store(name: name)
                return
            }
            self.init(store: name, named[end...].dropFirst())
        }
    }

    /// Reads what follows the name of the store.
    private init?(store: String, _ rest: Substring) {
        switch rest {
        case "nodes": self = .nodes(store: store)
        case "ops": self = .operations(store: store)
        case "export": self = .export(store: store)
        case "backup": self = .backup(store: store)
        case "watch": self = .watch(store: store)
        case "triggers": self = .triggers(store: store)
        case _ where rest.utf8.starts(with: "triggers/".utf8):
            self.init(store: store, trigger: rest.dropFirst(9))
        case "procedures": self = .procedures(store: store)
        case _ where rest.utf8.starts(with: "procedures/".utf8):
            self = .procedure(store: store, name: String(rest.dropFirst(11)))
        case "leases": self = .leases(store: store)
        case _ where rest.utf8.starts(with: "leases/".utf8):
            self = .lease(store: store, id: String(rest.dropFirst(7)))
        case _ where rest.utf8.starts(with: "nodes/".utf8):
            self = .node(store: store, path: String(rest.dropFirst(5)))
        default: return nil
        }
    }

    /// Reads what follows `triggers/`.
    private init?(store: String, trigger rest: Substring) {
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: self = .trigger(store: store, name: parts[0])
        case 2: self = .parked(store: store, trigger: parts[0], id: parts[1])
        default: return nil
        }
    }
}

private enum PathByte {
    static let slash = UInt8(ascii: "/")
}
