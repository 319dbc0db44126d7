package import CBOR

// The binary form of results: what a leader tells the member whose caller waits.

extension OperationResult {
    private enum Code {
        static let nodes: UInt64 = 0
        static let boolean: UInt64 = 1
        static let count: UInt64 = 2
        static let results: UInt64 = 3
        static let aborted: UInt64 = 4
        static let ok: UInt64 = 5
        static let error: UInt64 = 6
    }

    /// Writes the result as an array of a code and what belongs to it.
    package func write(to writer: inout CBORWriter) {
        switch self {
        case .nodes(let nodes):
            writer.writeHeader(Code.nodes, partCount: nodes.count)
            for node in nodes { node.write(to: &writer) }
        case .boolean(let value):
            writer.writeHeader(Code.boolean, partCount: 1)
            writer.writeBoolean(value)
        case .count(let count):
            writer.writeHeader(Code.count, partCount: 1)
            writer.writeInteger(Int64(count))
        case .results(let results):
            writer.writeHeader(Code.results, partCount: results.count)
            for result in results { result.write(to: &writer) }
        case .aborted(let reason):
            writer.writeHeader(Code.aborted, partCount: 1)
            writer.writeBytes(reason.bytes)
        case .ok: writer.writeHeader(Code.ok)
        case .error(let error):
            writer.writeHeader(Code.error, partCount: 1)
            error.write(to: &writer)
        }
    }

    /// Reads a result; those of a transaction hold no further results.
    ///
    /// - Throws: `CBORError`, ``PathError`` or ``CommandError``.
    package init(from reader: inout CBORReader) throws {
        try self.init(from: &reader, isOutermost: true)
    }

    private init(from reader: inout CBORReader, isOutermost: Bool) throws {
        let (code, partCount) = try reader.readHeader()
        switch code {
        case Code.nodes:
            self = .nodes(try reader.readParts(partCount) { try ResultNode(from: &$0) })
            return
        case Code.results where isOutermost:
            self = .results(
                try reader.readParts(partCount) {
                    try OperationResult(from: &$0, isOutermost: false)
                })
            return
        default: break
        }
        guard partCount == (code == Code.ok ? 0 : 1) else {
            throw CommandError(.malformed, "expected one part of a result, found \(partCount)")
        }
        switch code {
        case Code.boolean: self = .boolean(try reader.readBoolean())
        case Code.count: self = .count(Int(try reader.readInteger(as: Int64.self)))
        case Code.aborted: self = .aborted(reason: try Payload(cbor: try reader.readBytes()))
        case Code.ok: self = .ok
        case Code.error: self = .error(try OperationError(from: &reader))
        default: throw CommandError(.malformed, "expected a result, found code \(code)")
        }
    }
}

extension OperationError {
    private enum Key {
        static let code: UInt64 = 0
        static let message: UInt64 = 1
        static let path: UInt64 = 2
        static let isTarget: UInt64 = 3
    }

    fileprivate func write(to writer: inout CBORWriter) {
        let path = path.flatMap {
            $0.components.count <= TreeLimits.pathComponentsMaximum ? $0 : nil
        }
        writer.writeMapHeader(2 + (path == nil ? 0 : 1) + (isTarget == nil ? 0 : 1))
        writer.writeUnsigned(Key.code)
        writer.writeUnsigned(code.number)
        writer.writeUnsigned(Key.message)
        writer.writeText(message)
        if let path {
            writer.writeUnsigned(Key.path)
            path.writeComponents(to: &writer)
        }
        if let isTarget {
            writer.writeUnsigned(Key.isTarget)
            writer.writeBoolean(isTarget)
        }
    }

    fileprivate init(from reader: inout CBORReader) throws {
        var code: Code?
        var message = ""
        var path: TreePath?
        var isTarget: Bool?
        try reader.readFields { key, reader in
            switch key {
            case Key.code: code = Code(number: try reader.readUnsigned())
            case Key.message: message = try reader.readText()
            case Key.path: path = try TreePath(from: &reader)
            case Key.isTarget: isTarget = try reader.readBoolean()
            default: try reader.skip()
            }
        }
        guard let code else { throw CommandError(.malformed, "expected the code of an error") }
        self.init(code, message, path: path, isTarget: isTarget)
    }
}

extension ResultNode {
    private enum Key {
        static let path: UInt64 = 0
        static let payload: UInt64 = 1
        static let hasPayload: UInt64 = 2
        static let payloadVersion: UInt64 = 3
        static let childListVersion: UInt64 = 4
        static let childCount: UInt64 = 5
        static let childNames: UInt64 = 6
        static let deleteReason: UInt64 = 7
        static let createdRevision: UInt64 = 8
        static let modifiedRevision: UInt64 = 9
        static let childrenRevision: UInt64 = 10
    }

    private static let deleteReasons: [DeleteReason] = [.explicit, .keepWhile]

    private var fieldCount: Int {
        let presence = [
            true, payload != nil, hasPayload != nil, payloadVersion != nil,
            childListVersion != nil, childCount != nil, childNames != nil, deleteReason != nil,
            createdRevision != nil, modifiedRevision != nil, childrenRevision != nil,
        ]
        return presence.reduce(0) { $0 + ($1 ? 1 : 0) }
    }

    fileprivate func write(to writer: inout CBORWriter) {
        func number(_ key: UInt64, _ value: UInt64?) {
            guard let value else { return }
            writer.writeUnsigned(key)
            writer.writeUnsigned(value)
        }
        writer.writeMapHeader(fieldCount)
        writer.writeUnsigned(Key.path)
        path.writeComponents(to: &writer)
        if let payload {
            writer.writeUnsigned(Key.payload)
            writer.writeBytes(payload.bytes)
        }
        if let hasPayload {
            writer.writeUnsigned(Key.hasPayload)
            writer.writeBoolean(hasPayload)
        }
        number(Key.payloadVersion, payloadVersion)
        number(Key.childListVersion, childListVersion)
        number(Key.childCount, childCount)
        if let childNames {
            writer.writeUnsigned(Key.childNames)
            writer.writeArrayHeader(childNames.count)
            for name in childNames { name.write(to: &writer) }
        }
        if let deleteReason {
            writer.writeUnsigned(Key.deleteReason)
            writer.writeCode(deleteReason, of: Self.deleteReasons)
        }
        number(Key.createdRevision, createdRevision?.rawValue)
        number(Key.modifiedRevision, modifiedRevision?.rawValue)
        number(Key.childrenRevision, childrenRevision?.rawValue)
    }

    fileprivate init(from reader: inout CBORReader) throws {
        self.init(path: .root)
        var isPlaced = false
        try reader.readFields { key, reader in
            isPlaced = isPlaced || key == Key.path
            try readField(key, from: &reader)
        }
        guard isPlaced else { throw CommandError(.malformed, "expected the path of a node") }
    }

    private mutating func readField(_ key: UInt64, from reader: inout CBORReader) throws {
        switch key {
        case Key.path: path = try TreePath(from: &reader)
        case Key.payload: payload = try Payload(cbor: try reader.readBytes())
        case Key.hasPayload: hasPayload = try reader.readBoolean()
        case Key.payloadVersion: payloadVersion = try reader.readUnsigned()
        case Key.childListVersion: childListVersion = try reader.readUnsigned()
        case Key.childCount: childCount = try reader.readUnsigned()
        case Key.childNames:
            childNames = try reader.readParts(try reader.readArrayHeader()) {
                try PathComponent(from: &$0)
            }
        case Key.deleteReason: deleteReason = try reader.readCode(of: Self.deleteReasons)
        case Key.createdRevision: createdRevision = Revision(try reader.readUnsigned())
        case Key.modifiedRevision: modifiedRevision = Revision(try reader.readUnsigned())
        case Key.childrenRevision: childrenRevision = Revision(try reader.readUnsigned())
        default: try reader.skip()
        }
    }
}

extension TreePath {
    /// Writes a path that is known to be within the limits.
    fileprivate func writeComponents(to writer: inout CBORWriter) {
        writer.writeArrayHeader(components.count)
        for component in components { component.write(to: &writer) }
    }
}
