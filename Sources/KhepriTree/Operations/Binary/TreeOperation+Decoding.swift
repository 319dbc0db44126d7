import CBOR

extension TreeOperation {
    /// Reads an operation from a map.
    ///
    /// - Throws: ``CommandError``, or the error of what it is made of.
    init(from reader: inout CBORReader, isInTransaction: Bool) throws {
        var parts: OperationParts?
        var path: TreePattern?
        var options = Options()
        try reader.readFields { key, reader in
            switch key {
            case OperationKey.code:
                parts = OperationParts(try OperationCode(from: &reader, isInTransaction))
            case OperationKey.path:
                try parts.require(.path)
                path = try TreePattern(from: &reader)
            case OperationKey.returning:
                try parts.require(.path)
                options.returning = NodePropertySet(rawValue: try reader.readInteger())
            case OperationKey.includeRoot:
                try parts.require(.path)
                options.includeRoot = try reader.readBoolean()
            case OperationKey.returnIndirectDeletes:
                try parts.require(.path)
                options.returnIndirectDeletes = try reader.readBoolean()
            case OperationKey.payload...OperationKey.reason:
                try parts.readField(key, from: &reader)
            default:
                try reader.skip()
            }
        }
        guard let parts else { throw OperationParts?.missingCode }
        guard path != nil || !parts.code.fields.contains(.path) else {
            throw CommandError(.malformed, "expected a path of \(parts.code.name), found none")
        }
        self.init(try parts.kind(), at: path ?? .root, options: options)
    }
}

extension OperationCode {
    /// Reads the number of an operation.
    fileprivate init(from reader: inout CBORReader, _ isInTransaction: Bool) throws {
        let number = try reader.readInteger(as: UInt8.self)
        guard let code = OperationCode(rawValue: number) else {
            throw CommandError(.malformed, "expected an operation, found number \(number)")
        }
        try code.checkPlace(isInTransaction: isInTransaction)
        self = code
    }
}

/// The parts are nil until the code has been read, which comes first.
extension Optional<OperationParts> {
    fileprivate static var missingCode: CommandError {
        CommandError(.malformed, "expected the number of an operation first")
    }

    /// Refuses a field that does not belong to the operation.
    fileprivate func require(_ field: OperationFields) throws {
        guard let code = self?.code else { throw Self.missingCode }
        guard code.fields.contains(field) else {
            throw CommandError(.malformed, "expected fields of \(code.name), found another")
        }
    }

    /// Reads the value of a field beside the path and the options.
    fileprivate mutating func readField(_ key: UInt64, from reader: inout CBORReader) throws {
        switch key {
        case OperationKey.payload:
            try require(.payload)
            self?.payload = try Payload(cbor: try reader.readBytesBuffer())
        case OperationKey.keepWhile:
            try require(.keepWhile)
            self?.keepWhile = try reader.readParts(try reader.readArrayHeader()) {
                try KeepWhileEntry(from: &$0)
            }
        case OperationKey.expected:
            try require(.expected)
            self?.expected = try PayloadPattern(from: &reader, depth: 1)
        case OperationKey.source:
            try require(.source)
            self?.source = try TreePath(from: &reader)
        case OperationKey.overwrite:
            try require(.source)
            self?.overwrite = try reader.readBoolean()
        case OperationKey.isReadOnly:
            try require(.operations)
            self?.isReadOnly = try reader.readBoolean()
        case OperationKey.operations:
            try require(.operations)
            self?.operations = try reader.readOperations()
        case OperationKey.reason:
            try require(.reason)
            self?.reason = try Payload(cbor: try reader.readBytesBuffer())
        default:
            preconditionFailure("every key of a field is listed")
        }
    }
}

extension CBORReader {
    /// Reads the operations of a transaction.
    fileprivate mutating func readOperations() throws -> [TreeOperation] {
        let count = try readArrayHeader()
        try OperationParts.checkOperationCount(count)
        return try readParts(count) { try TreeOperation(from: &$0, isInTransaction: true) }
    }
}
