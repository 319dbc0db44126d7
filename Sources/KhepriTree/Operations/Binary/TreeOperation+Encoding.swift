import CBOR

/// The keys of an operation's map.
enum OperationKey {
    static let code: UInt64 = 0
    static let path: UInt64 = 1
    static let returning: UInt64 = 2
    static let includeRoot: UInt64 = 3
    static let returnIndirectDeletes: UInt64 = 4
    static let payload: UInt64 = 5
    static let keepWhile: UInt64 = 6
    static let expected: UInt64 = 7
    static let source: UInt64 = 8
    static let overwrite: UInt64 = 9
    static let isReadOnly: UInt64 = 10
    static let operations: UInt64 = 11
    static let reason: UInt64 = 12
}

extension TreeOperation {
    /// Writes the operation as a map; what holds anyway is left out.
    ///
    /// - Throws: ``CommandError`` when the operation goes beyond a limit or cannot stand there.
    func write(to writer: inout CBORWriter, isInTransaction: Bool) throws {
        let parts = OperationParts(of: kind)
        try parts.code.checkPlace(isInTransaction: isInTransaction)
        let hasPath = parts.code.fields.contains(.path)
        writer.writeMapHeader(1 + (hasPath ? 1 + options.fieldCount : 0) + parts.fieldCount)
        writer.writeUnsigned(OperationKey.code)
        writer.writeUnsigned(UInt64(parts.code.rawValue))
        if hasPath {
            writer.writeUnsigned(OperationKey.path)
            try path.write(to: &writer)
            options.write(to: &writer)
        }
        try parts.write(to: &writer)
    }
}

extension OperationCode {
    /// Refuses an operation inside or outside a transaction where it cannot be.
    func checkPlace(isInTransaction: Bool) throws {
        guard isInTransaction ? isForTransactions : isForItself else {
            let place = isInTransaction ? "outside" : "inside"
            throw CommandError(.malformed, "expected \(name) \(place) a transaction only")
        }
    }
}

extension TreeOperation.Options {
    fileprivate var fieldCount: Int {
        (returning == .standard ? 0 : 1) + (includeRoot ? 1 : 0) + (returnIndirectDeletes ? 0 : 1)
    }

    fileprivate func write(to writer: inout CBORWriter) {
        if returning != .standard {
            writer.writeUnsigned(OperationKey.returning)
            writer.writeUnsigned(UInt64(returning.rawValue))
        }
        if includeRoot {
            writer.writeUnsigned(OperationKey.includeRoot)
            writer.writeBoolean(true)
        }
        if !returnIndirectDeletes {
            writer.writeUnsigned(OperationKey.returnIndirectDeletes)
            writer.writeBoolean(false)
        }
    }
}

extension OperationParts {
    fileprivate var fieldCount: Int {
        var count = 0
        if payload != nil { count += 1 }
        if keepWhile != nil { count += 1 }
        if expected != nil { count += 1 }
        if source != nil { count += 1 }
        if overwrite { count += 1 }
        if isReadOnly { count += 1 }
        if code.fields.contains(.operations) { count += 1 }
        if reason != nil { count += 1 }
        return count
    }

    fileprivate func write(to writer: inout CBORWriter) throws {
        if let payload { try Self.write(payload, OperationKey.payload, to: &writer) }
        if let keepWhile {
            writer.writeUnsigned(OperationKey.keepWhile)
            writer.writeArrayHeader(keepWhile.count)
            for entry in keepWhile { try entry.write(to: &writer) }
        }
        if let expected {
            writer.writeUnsigned(OperationKey.expected)
            try expected.write(to: &writer)
        }
        if let source {
            writer.writeUnsigned(OperationKey.source)
            try source.write(to: &writer)
        }
        if overwrite {
            writer.writeUnsigned(OperationKey.overwrite)
            writer.writeBoolean(true)
        }
        if isReadOnly {
            writer.writeUnsigned(OperationKey.isReadOnly)
            writer.writeBoolean(true)
        }
        if code.fields.contains(.operations) {
            writer.writeUnsigned(OperationKey.operations)
            try Self.checkCount(operations.transactionCount)
            writer.writeArrayHeader(operations.count)
            for operation in operations { try operation.write(to: &writer, isInTransaction: true) }
        }
        if let reason { try Self.write(reason, OperationKey.reason, to: &writer) }
    }

    private static func write(
        _ payload: Payload, _ key: UInt64, to writer: inout CBORWriter
    ) throws {
        let limit = TreeLimits.payloadBytesMaximum
        guard payload.bytes.count <= limit else {
            throw CommandError(
                .limitExceeded,
                "expected a payload of at most \(limit) bytes, found \(payload.bytes.count)")
        }
        writer.writeUnsigned(key)
        writer.writeBytes(payload.bytes)
    }

    /// Refuses a transaction with too many operations.
    static func checkCount(_ count: Int) throws {
        let limit = TreeLimits.transactionOperationsMaximum
        guard count <= limit else {
            throw CommandError(
                .limitExceeded, "expected at most \(limit) operations, found \(count)")
        }
    }
}
