import CBOR

extension TreeOperation {
    /// Reads an operation from a map.
    ///
    /// - Throws: ``CommandError``, or the error of what it is made of.
    init(from reader: inout CBORReader, isInTransaction: Bool) throws {
        let fieldCount = try reader.readMapHeader()
        guard fieldCount > 0, try reader.readUnsigned() == OperationKey.code else {
            throw CommandError(.malformed, "expected the number of an operation first")
        }
        let code = try OperationCode(from: &reader)
        try code.checkPlace(isInTransaction: isInTransaction)
        var parts = OperationParts(code)
        var path: TreePattern?
        var options = Options()
        try reader.readFields(fieldCount - 1, after: OperationKey.code) { key, reader in
            guard key <= OperationKey.reason else { return try reader.skip() }
            guard code.fields.contains(OperationKey.field(of: key)) else {
                throw CommandError(
                    .malformed, "expected fields of \(code.name), found key \(key)")
            }
            switch key {
            case OperationKey.path:
                path = try TreePattern(from: &reader)
            case OperationKey.returning:
                options.returning = NodePropertySet(rawValue: try reader.readInteger())
            case OperationKey.includeRoot:
                options.includeRoot = try reader.readBoolean()
            case OperationKey.returnIndirectDeletes:
                options.returnIndirectDeletes = try reader.readBoolean()
            default:
                try parts.read(key, from: &reader)
            }
        }
        guard path != nil || !code.fields.contains(.path) else {
            throw CommandError(.malformed, "expected a path of \(code.name), found none")
        }
        self.init(try parts.kind(), at: path ?? .root, options: options)
    }
}

extension OperationKey {
    /// What a known key belongs to.
    fileprivate static func field(of key: UInt64) -> OperationFields {
        switch key {
        case payload: .payload
        case keepWhile: .keepWhile
        case expected: .expected
        case source, overwrite: .source
        case isReadOnly, operations: .operations
        case reason: .reason
        default: .path
        }
    }
}

extension OperationCode {
    /// Reads the number of an operation.
    fileprivate init(from reader: inout CBORReader) throws {
        let number = try reader.readUnsigned()
        guard let code = UInt8(exactly: number).flatMap(OperationCode.init(rawValue:)) else {
            throw CommandError(.malformed, "expected an operation, found number \(number)")
        }
        self = code
    }
}

extension OperationParts {
    /// Reads a field beside the path and the options.
    fileprivate mutating func read(_ key: UInt64, from reader: inout CBORReader) throws {
        switch key {
        case OperationKey.payload:
            payload = try Payload(cbor: try reader.readBytesBuffer())
        case OperationKey.keepWhile:
            let count = try reader.readArrayHeader()
            keepWhile = try reader.readParts(count) { try KeepWhileEntry(from: &$0) }
        case OperationKey.expected:
            expected = try PayloadPattern(from: &reader)
        case OperationKey.source:
            source = try TreePath(from: &reader)
        case OperationKey.overwrite:
            overwrite = try reader.readBoolean()
        case OperationKey.isReadOnly:
            isReadOnly = try reader.readBoolean()
        case OperationKey.operations:
            let count = try reader.readArrayHeader()
            // Before they are read, so that none of them are when they are far too many.
            try Self.checkCount(count / 2)
            operations = try reader.readParts(count) {
                try TreeOperation(from: &$0, isInTransaction: true)
            }
            try Self.checkCount(operations.transactionCount)
        case OperationKey.reason:
            reason = try Payload(cbor: try reader.readBytesBuffer())
        default:
            preconditionFailure("every key of a field is listed")
        }
    }
}
