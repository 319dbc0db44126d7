/// An operation, read from its line and found well-formed.
struct ModelOperation {
    var name: Text
    var pattern: [ModelCondition] = []
    var returning: Set<Text> = ["payload", "payloadVersion", "deleteReason"]
    var includeRoot = false
    var returnIndirectDeletes = true
    var payload: JSON?
    var keepWhile: [ModelKeepWhile]?
    var expected: JSON = .null
    var from: Path = []
    var overwrite = false
    var isReadOnly = false
    var operations: [ModelOperation] = []
    var reason: JSON = .null

    static let writes: Set<Text> = [
        "put", "putMany", "create", "update", "compareAndSwap", "delete", "deleteMany",
        "clearPayload", "clearManyPayloads", "copy", "move",
    ]
    private static let puts: Set<Text> = ["put", "putMany", "create", "update", "compareAndSwap"]
    private static let reads: Set<Text> = ["get", "getMany", "exists", "hasPayload", "count"]
    private static let refusal = Failure("invalidOperation")

    init(_ json: JSON, inTransaction: Bool = false) throws {
        guard let name = json["op"]?.text else { throw Self.refusal }
        self.name = name
        switch name {
        case "dump" where !inTransaction: return
        case "abort" where inTransaction, "abortIfError" where inTransaction:
            guard let value = json["reason"] else { throw Self.refusal }
            reason = try JSON(decoding: value).encoded
        case "transaction" where !inTransaction:
            let mode = json["mode"] ?? "rw"
            guard mode == "rw" || mode == "ro", let list = json["ops"]?.array else {
                throw Self.refusal
            }
            isReadOnly = mode == "ro"
            operations = try list.map { try ModelOperation($0, inTransaction: true) }
        case _ where Self.writes.contains(name) || Self.reads.contains(name):
            guard let path = json["path"] else { throw Self.refusal }
            pattern = try ModelPath.pattern(path)
            try readOptions(json)
            try readOperands(json)
        default: throw Self.refusal
        }
    }

    private mutating func readOptions(_ json: JSON) throws {
        if let list = json["return"] {
            guard let names = list.array?.map(\.text),
                names.allSatisfy({ $0.map(Self.properties.contains) ?? false })
            else { throw Self.refusal }
            returning = Set(names.compactMap(\.self))
        }
        includeRoot = try flag(json["includeRoot"], otherwise: false)
        returnIndirectDeletes = try flag(json["returnIndirectDeletes"], otherwise: true)
        overwrite = try flag(json["overwrite"], otherwise: false)
    }

    private func flag(_ json: JSON?, otherwise: Bool) throws -> Bool {
        guard let json else { return otherwise }
        guard let flag = json.bool else { throw Self.refusal }
        return flag
    }

    private mutating func readOperands(_ json: JSON) throws {
        if name == "compareAndSwap" {
            guard let pattern = json["expected"] else { throw Self.refusal }
            expected = pattern
        }
        if name == "copy" || name == "move" {
            guard let path = json["from"] else { throw Self.refusal }
            from = try ModelPath.pattern(path).map {
                guard case .name(let name) = $0 else { throw Failure("invalidPath") }
                return name
            }
        }
        if Self.puts.contains(name) {
            let isCleared = json["noPayload"] == true
            guard isCleared != (json["value"] != nil) else { throw Self.refusal }
            payload = try json["value"].map { try JSON(decoding: $0) }
        }
        guard let list = json["keepWhile"] else { return }
        guard let entries = list.array else { throw Self.refusal }
        keepWhile = try entries.map { entry in
            guard let pair = entry.array, pair.count == 2 else { throw Self.refusal }
            let (up, pattern) = try ModelPath.key(pair[0])
            return ModelKeepWhile(up: up, pattern: pattern, condition: try ModelCondition(pair[1]))
        }
    }

    private static let properties: Set<Text> = [
        "payload", "payloadVersion", "childListVersion", "childCount", "childNames", "hasPayload",
        "deleteReason", "createdRevision", "modifiedRevision", "childrenRevision",
    ]
}
