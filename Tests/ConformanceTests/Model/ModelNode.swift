typealias Path = [Text]

/// Why the model refuses an operation.
struct Failure: Error, Equatable {
    var code: Text
    var path: Path?
    var isTarget: Bool?

    init(_ code: Text, at path: Path? = nil, isTarget: Bool? = nil) {
        self.code = code
        self.path = path
        self.isTarget = isTarget
    }

    var result: JSON {
        let error: JSON = .object([
            "code": .string(code), "path": path.map { .string(ModelPath.text($0)) },
            "isTarget": isTarget.map { .bool($0) },
        ])
        return .object(["error": error])
    }
}

/// A node of the model with everything below it.
struct ModelNode {
    var payload: JSON?
    var payloadVersion = 1
    var childListVersion = 1
    var createdRevision = 0
    var modifiedRevision = 0
    var childrenRevision = 0
    var keepWhile: [ModelKeepWhile] = []
    var children: [Text: ModelNode] = [:]

    /// The node at a path below; setting needs a parent.
    subscript(path: some Collection<Text>) -> ModelNode? {
        get {
            guard let name = path.first else { return self }
            return children[name]?[path.dropFirst()]
        }
        set {
            guard let name = path.first else {
                if let newValue { self = newValue }
                return
            }
            if path.count == 1 {
                children[name] = newValue
            } else {
                children[name]?[path.dropFirst()] = newValue
            }
        }
    }

    /// Calls `body` with this node and every one below, in no order.
    func visit(_ path: Path = [], _ body: (Path, ModelNode) -> Void) {
        body(path, self)
        for (name, child) in children { child.visit(path + [name], body) }
    }

    /// A property under the name by which it is asked for.
    func property(_ name: Text) -> JSON? {
        switch name {
        case "payload": payload?.encoded
        case "hasPayload": payload == nil ? nil : true
        case "payloadVersion": .integer(Int128(payloadVersion))
        case "childListVersion": .integer(Int128(childListVersion))
        case "childCount": .integer(Int128(children.count))
        case "childNames": .array(children.keys.sorted().map { .string($0) })
        case "createdRevision": .integer(Int128(createdRevision))
        case "modifiedRevision": .integer(Int128(modifiedRevision))
        case "childrenRevision": .integer(Int128(childrenRevision))
        default: nil
        }
    }

    /// The asked properties under their names in a result.
    func properties(_ wanted: Set<Text>, deleted reason: Text? = nil) -> [Text: JSON] {
        var result: [Text: JSON] = [:]
        for name in wanted { result[name == "payload" ? "value" : name] = property(name) }
        if let reason, wanted.contains("deleteReason") { result["deleteReason"] = .string(reason) }
        return result
    }

    /// Whether a keep-while condition can tell the two apart.
    func looksDifferent(from other: ModelNode) -> Bool {
        payload != other.payload || payloadVersion != other.payloadVersion
            || childListVersion != other.childListVersion
            || children.count != other.children.count
    }
}

/// One entry of a keep-while set: a key, relative or not, and its condition.
struct ModelKeepWhile: Hashable, Sendable {
    /// How many levels above the watcher the key starts; nil for an absolute key.
    var up: Int?
    var pattern: [ModelCondition]
    var condition: ModelCondition

    /// The key as an absolute pattern.
    func key(of watcher: Path) -> [ModelCondition] {
        guard let up else { return pattern }
        return watcher.dropLast(up).map { .name($0) } + pattern
    }

    /// What a node gets that was created only because something below it was.
    static let automatic = ModelKeepWhile(
        up: 0, pattern: [], condition: .any([.number("childCount", "gt", 0), .hasPayload(true)]))
}
