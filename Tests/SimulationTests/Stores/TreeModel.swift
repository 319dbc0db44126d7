import Khepri

/// What a store should hold, in the simplest form; shares no code with it.
struct TreeModel {
    typealias Path = [String]

    /// A refusal, by the code that the store answers with.
    struct Refusal: Error {
        let code: StoreError.Code
    }

    private struct Node {
        var payload: String?
        var payloadVersion = 1
        var childListVersion = 1
        /// Made on the way to another node: goes when it has neither payload nor children.
        var isAutomatic = false
        /// The node lives while this one is there.
        var guardian: Path?
    }

    private var nodes: [Path: Node] = [[]: Node()]
    /// Nodes that the command under way made.
    private var created: Set<Path> = []
    /// Nodes whose child list version the command under way has raised.
    private var raised: Set<Path> = []

    /// The nodes as a reader sees them.
    var picture: TreePicture {
        var picture = TreePicture()
        for (path, node) in nodes {
            picture.nodes[StoreCall.text(path)] = TreePicture.Node(
                value: node.payload, payloadVersion: node.payloadVersion,
                childListVersion: node.childListVersion, childCount: childCount(path))
        }
        return picture
    }

    /// Carries out a call; one that is refused changes nothing.
    mutating func apply(_ call: StoreCall) throws {
        var next = self
        if case .batch(let calls) = call {
            do {
                for call in calls { try next.apply(call) }
            } catch {
                throw Refusal(code: .aborted)
            }
        } else {
            next.created = []
            next.raised = []
            try next.perform(call)
            next.settle()
        }
        self = next
    }

    private mutating func perform(_ call: StoreCall) throws {
        switch call {
        case .put(let path, let value): put(value, at: path)
        case .guarded(let path, let value, let guardian):
            try require(nodes[guardian] != nil, .keepWhileConditionFailed)
            put(value, at: path)
            nodes[path]?.isAutomatic = false
            nodes[path]?.guardian = guardian
        case .create(let path, let value):
            try require(nodes[path] == nil, .conditionFailed)
            put(value, at: path)
        case .update(let path, let value):
            try require(nodes[path] != nil, .nodeNotFound)
            put(value, at: path)
        case .swap(let path, let expected, let value):
            try require(nodes[path] != nil, .nodeNotFound)
            try require(nodes[path]?.payload == expected, .conditionFailed)
            put(value, at: path)
        case .clear(let path): if nodes[path] != nil { put(nil, at: path) }
        case .delete(let path): remove(path)
        case .deleteChildren(let path): for child in children(path) { remove(child) }
        case .copy(let source, let target, let overwrite):
            try transplant(source, to: target, overwrite: overwrite, isMove: false)
        case .move(let source, let target, let overwrite):
            try transplant(source, to: target, overwrite: overwrite, isMove: true)
        case .batch: preconditionFailure("a batch in a batch")
        }
    }

    private func require(_ condition: Bool, _ code: StoreError.Code) throws {
        guard condition else { throw Refusal(code: code) }
    }

    private mutating func put(_ value: String?, at path: Path) {
        for length in 1..<max(1, path.count) where nodes[Array(path.prefix(length))] == nil {
            add(Node(isAutomatic: true), at: Array(path.prefix(length)))
        }
        guard let old = nodes[path] else { return add(Node(payload: value), at: path) }
        guard old.payload != value else { return }
        nodes[path]?.payload = value
        nodes[path]?.payloadVersion += 1
    }

    private mutating func add(_ node: Node, at path: Path) {
        nodes[path] = node
        created.insert(path)
        raise(path.dropLast())
    }

    private mutating func remove(_ path: Path) {
        guard nodes[path] != nil else { return }
        nodes = nodes.filter { !$0.key.starts(with: path) }
        raise(path.dropLast())
    }

    private mutating func raise(_ path: Path.SubSequence) {
        let path = Array(path)
        guard !created.contains(path), raised.insert(path).inserted else { return }
        nodes[path]?.childListVersion += 1
    }

    private mutating func transplant(
        _ source: Path, to target: Path, overwrite: Bool, isMove: Bool
    ) throws {
        try require(!target.starts(with: source), .invalidOperation)
        try require(nodes[source] != nil, .nodeNotFound)
        try require(nodes[target] == nil || overwrite, .conditionFailed)
        let taken = nodes.filter { $0.key.starts(with: source) }
        remove(target)
        if isMove { remove(source) }
        for (path, node) in taken.sorted(by: { $0.key.count < $1.key.count }) {
            let place = target + path.dropFirst(source.count)
            put(node.payload, at: place)
            nodes[place]?.isAutomatic = node.isAutomatic
            nodes[place]?.guardian = node.guardian
        }
    }

    /// Removes what is of no use or has lost its guardian, until nothing is left to remove.
    private mutating func settle() {
        while let path = nodes.keys.first(where: isDoomed) { remove(path) }
    }

    private func isDoomed(_ path: Path) -> Bool {
        guard let node = nodes[path] else { return false }
        if node.isAutomatic, node.payload == nil, childCount(path) == 0 { return true }
        return node.guardian.map { nodes[$0] == nil } ?? false
    }

    private func children(_ path: Path) -> [Path] {
        nodes.keys.filter { $0.count == path.count + 1 && $0.starts(with: path) }
    }

    private func childCount(_ path: Path) -> Int { children(path).count }
}

/// A tree as a reader sees it.
struct TreePicture: Equatable, Sendable {
    struct Node: Equatable, Sendable {
        var value: String?
        var payloadVersion: Int
        var childListVersion: Int
        var childCount: Int
    }

    var nodes: [String: Node] = [:]

    init() {}

    /// Reads all nodes of a store.
    init(_ view: TreeView) throws {
        var found = try view.nodes(matching: "/**", as: String.self)
        if let root = try view.node(at: .root, as: String.self) { found.append(root) }
        for node in found {
            nodes["\(node.path)"] = Node(
                value: node.value, payloadVersion: Int(node.payloadVersion),
                childListVersion: Int(node.childListVersion), childCount: node.childCount)
        }
    }

    /// One thing in which another picture differs, nil for none.
    func difference(from other: TreePicture) -> String? {
        let paths = Set(nodes.keys).union(other.nodes.keys).sorted()
        guard let path = paths.first(where: { nodes[$0] != other.nodes[$0] }) else { return nil }
        func text(_ node: Node?) -> String {
            guard let node else { return "no node" }
            let value = node.value.map { String($0.prefix(12)) } ?? "no payload"
            return "\(value) versions \(node.payloadVersion), \(node.childListVersion), "
                + "\(node.childCount) children"
        }
        return "\(path): \(text(nodes[path])), expected \(text(other.nodes[path]))"
    }
}
