/// The operations by name, for the text form, and by number, for the binary form.
enum OperationCode: UInt8, CaseIterable {
    case put, putMany, create, update, compareAndSwap
    case delete, deleteMany, clearPayload, clearManyPayloads
    case get, getMany, exists, hasPayload, count
    case copy, move
    case transaction, abort, abortIfError
    case dump

    /// The name in the text form.
    var name: String {
        switch self {
        case .put: "put"
        case .putMany: "putMany"
        case .create: "create"
        case .update: "update"
        case .compareAndSwap: "compareAndSwap"
        case .delete: "delete"
        case .deleteMany: "deleteMany"
        case .clearPayload: "clearPayload"
        case .clearManyPayloads: "clearManyPayloads"
        case .get: "get"
        case .getMany: "getMany"
        case .exists: "exists"
        case .hasPayload: "hasPayload"
        case .count: "count"
        case .copy: "copy"
        case .move: "move"
        case .transaction: "transaction"
        case .abort: "abort"
        case .abortIfError: "abortIfError"
        case .dump: "dump"
        }
    }

    /// What can belong to the operation.
    var fields: OperationFields {
        switch self {
        case .put, .putMany, .create, .update: [.path, .payload, .keepWhile]
        case .compareAndSwap: [.path, .payload, .keepWhile, .expected]
        case .clearPayload, .clearManyPayloads: [.path, .keepWhile]
        case .delete, .deleteMany, .get, .getMany, .exists, .hasPayload, .count: [.path]
        case .copy, .move: [.path, .source]
        case .transaction: [.operations]
        case .abort, .abortIfError: [.reason]
        case .dump: []
        }
    }

    /// Whether the operation may stand in a transaction.
    var isForTransactions: Bool { self != .transaction && self != .dump }

    /// Whether the operation may stand alone.
    var isForItself: Bool { self != .abort && self != .abortIfError }
}

/// The groups of members of an operation.
struct OperationFields: OptionSet {
    let rawValue: UInt8

    /// A path, and the options.
    static let path = OperationFields(rawValue: 1 << 0)
    static let payload = OperationFields(rawValue: 1 << 1)
    static let keepWhile = OperationFields(rawValue: 1 << 2)
    static let expected = OperationFields(rawValue: 1 << 3)
    static let source = OperationFields(rawValue: 1 << 4)
    static let operations = OperationFields(rawValue: 1 << 5)
    static let reason = OperationFields(rawValue: 1 << 6)
}

/// An operation taken apart: what its text form and its binary form have in common.
///
/// Not copyable, so that no part is retained for a copy that nobody wants.
struct OperationParts: ~Copyable {
    var code: OperationCode
    var payload: Payload?
    var keepWhile: [KeepWhileEntry]?
    var expected: PayloadPattern?
    var source: TreePath?
    var overwrite = false
    var isReadOnly = false
    var operations: [TreeOperation] = []
    var reason: Payload?

    init(_ code: OperationCode) {
        self.code = code
    }
}

extension OperationParts {
    /// Takes an operation apart.
    init(of kind: TreeOperation.Kind) {
        switch kind {
        case .put(let write): self.init(.put, write)
        case .putMany(let write): self.init(.putMany, write)
        case .create(let write): self.init(.create, write)
        case .update(let write): self.init(.update, write)
        case .compareAndSwap(let expected, let write):
            self.init(.compareAndSwap, write)
            self.expected = expected
        case .delete: self.init(.delete)
        case .deleteMany: self.init(.deleteMany)
        case .clearPayload(let keepWhile):
            self.init(.clearPayload, .init(payload: nil, keepWhile: keepWhile))
        case .clearManyPayloads(let keepWhile):
            self.init(.clearManyPayloads, .init(payload: nil, keepWhile: keepWhile))
        case .get: self.init(.get)
        case .getMany: self.init(.getMany)
        case .exists: self.init(.exists)
        case .hasPayload: self.init(.hasPayload)
        case .count: self.init(.count)
        case .copy(let source, let overwrite): self.init(.copy, source, overwrite)
        case .move(let source, let overwrite): self.init(.move, source, overwrite)
        case .transaction(let isReadOnly, let operations):
            self.init(.transaction)
            self.isReadOnly = isReadOnly
            self.operations = operations
        case .abort(let reason): self.init(.abort, reason)
        case .abortIfError(let reason): self.init(.abortIfError, reason)
        case .dump: self.init(.dump)
        }
    }

    private init(_ code: OperationCode, _ write: TreeOperation.Write) {
        self.init(code)
        payload = write.payload
        keepWhile = write.keepWhile
    }

    private init(_ code: OperationCode, _ source: TreePath, _ overwrite: Bool) {
        self.init(code)
        self.source = source
        self.overwrite = overwrite
    }

    private init(_ code: OperationCode, _ reason: Payload) {
        self.init(code)
        self.reason = reason
    }
}

extension OperationParts {
    /// Joins the parts; those that do not belong to the code must have been refused before.
    ///
    /// - Throws: ``OperationError`` when a part is missing.
    consuming func kind() throws -> TreeOperation.Kind {
        let write = TreeOperation.Write(payload: payload, keepWhile: keepWhile)
        switch code {
        case .put: return .put(write)
        case .putMany: return .putMany(write)
        case .create: return .create(write)
        case .update: return .update(write)
        case .compareAndSwap:
            return .compareAndSwap(expected: try code.required(expected, "expected"), write)
        case .delete: return .delete
        case .deleteMany: return .deleteMany
        case .clearPayload: return .clearPayload(keepWhile: keepWhile)
        case .clearManyPayloads: return .clearManyPayloads(keepWhile: keepWhile)
        case .get: return .get
        case .getMany: return .getMany
        case .exists: return .exists
        case .hasPayload: return .hasPayload
        case .count: return .count
        case .copy: return .copy(from: try code.required(source, "from"), overwrite: overwrite)
        case .move: return .move(from: try code.required(source, "from"), overwrite: overwrite)
        case .transaction: return .transaction(readOnly: isReadOnly, operations)
        case .abort: return .abort(reason: try code.required(reason, "reason"))
        case .abortIfError: return .abortIfError(reason: try code.required(reason, "reason"))
        case .dump: return .dump
        }
    }
}

extension OperationCode {
    /// Refuses an operation without a part that it must have.
    fileprivate func required<Part>(_ part: Part?, _ member: String) throws -> Part {
        guard let part else {
            throw OperationError(
                .invalidOperation, "expected member '\(member)' of \(name), found none")
        }
        return part
    }
}
