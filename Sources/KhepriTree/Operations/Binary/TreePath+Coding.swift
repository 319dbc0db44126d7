package import CBOR

extension PathComponent {
    /// Writes the name as a text string.
    package func write(to writer: inout CBORWriter) {
        withUTF8 { writer.writeText(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Reads a name from a text string.
    ///
    /// - Throws: `CBORError` or ``PathError``.
    package init(from reader: inout CBORReader) throws {
        let text = try reader.readTextBuffer()
        self = try text.withMemoryRebound(to: UInt8.self) { try PathComponent(wellFormed: $0) }
    }
}

extension TreePath {
    /// Writes the path as an array of its names.
    ///
    /// - Throws: ``PathError`` when there are more than 64.
    package func write(to writer: inout CBORWriter) throws {
        try Self.checkCount(components.count, position: nil)
        writer.writeArrayHeader(components.count)
        for component in components { component.write(to: &writer) }
    }

    /// Reads a path from an array of names.
    ///
    /// - Throws: `CBORError` or ``PathError``.
    package init(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        try Self.checkCount(count, position: nil)
        components = []
        components.reserveCapacity(count)
        for _ in 0..<count { components.append(try PathComponent(from: &reader)) }
    }
}

extension TreePattern {
    /// Writes the pattern as an array of its conditions.
    ///
    /// - Throws: ``PathError`` or ``CommandError`` when it goes beyond a limit.
    package func write(to writer: inout CBORWriter) throws {
        try TreePath.checkCount(components.count, position: nil)
        writer.writeArrayHeader(components.count)
        for component in components { try component.write(to: &writer) }
    }

    /// Reads a pattern from an array of conditions.
    ///
    /// - Throws: `CBORError`, ``PathError``, ``CommandError`` or ``NamePatternError``.
    package init(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        try TreePath.checkCount(count, position: nil)
        components = []
        components.reserveCapacity(count)
        for _ in 0..<count { components.append(try NodeCondition(from: &reader)) }
    }
}

extension KeepWhileEntry {
    private enum Key {
        static let up: UInt64 = 0
        static let path: UInt64 = 1
        static let condition: UInt64 = 2
        static let lease: UInt64 = 3
    }

    /// Writes the entry as a map; `up` is there for a relative path only, and of a lease the identity
    /// alone.
    ///
    /// - Throws: ``PathError`` or ``CommandError`` when it goes beyond a limit.
    package func write(to writer: inout CBORWriter) throws {
        let pattern: TreePattern
        switch watched {
        case .absolute(let absolute):
            writer.writeMapHeader(2)
            pattern = absolute
        case .relative(let up, let relative):
            try TreePath.checkCount(up, position: nil)
            writer.writeMapHeader(3)
            writer.writeUnsigned(Key.up)
            writer.writeInteger(Int64(up))
            pattern = relative
        case .lease(let id):
            writer.writeMapHeader(1)
            writer.writeUnsigned(Key.lease)
            return id.write(to: &writer)
        }
        writer.writeUnsigned(Key.path)
        try pattern.write(to: &writer)
        writer.writeUnsigned(Key.condition)
        try condition.write(to: &writer)
    }

    /// Reads an entry from a map.
    ///
    /// - Throws: `CBORError`, ``PathError``, ``CommandError`` or ``NamePatternError``.
    package init(from reader: inout CBORReader) throws {
        var up: Int?
        var pattern: TreePattern?
        var condition: NodeCondition?
        var lease: SessionID?
        try reader.readFields { key, reader in
            switch key {
            case Key.up:
                let levels = Int(try reader.readInteger(as: UInt8.self))
                try TreePath.checkCount(levels, position: nil)
                up = levels
            case Key.path: pattern = try TreePattern(from: &reader)
            case Key.condition: condition = try NodeCondition(from: &reader)
            case Key.lease: lease = try SessionID(from: &reader)
            default: try reader.skip()
            }
        }
        if let lease, up == nil, pattern == nil, condition == nil {
            self = .lease(lease)
            return
        }
        guard let pattern, let condition, lease == nil else {
            throw CommandError(
                .malformed, "expected a path and a condition, or a lease, to keep a node")
        }
        self.init(up.map { .relative(up: $0, pattern) } ?? .absolute(pattern), condition)
    }
}
