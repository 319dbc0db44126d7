import CBOR

extension TransactionBasis {
    private enum Key {
        static let revision: UInt64 = 0
        static let nodes: UInt64 = 1
        static let patterns: UInt64 = 2
        static let term: UInt64 = 3
    }

    /// Writes the basis as a map.
    ///
    /// - Throws: ``PathError`` or ``CommandError`` when it goes beyond a limit.
    func write(to writer: inout CBORWriter) throws {
        switch self {
        case .term(let term):
            writer.writeMapHeader(1)
            writer.writeUnsigned(Key.term)
            writer.writeUnsigned(term)
        case .reads(let reads):
            try Self.check(nodes: reads.nodes.count, patterns: reads.patterns.count)
            writer.writeMapHeader(3)
            writer.writeUnsigned(Key.revision)
            writer.writeUnsigned(reads.revision.rawValue)
            writer.writeUnsigned(Key.nodes)
            writer.writeArrayHeader(2 * reads.nodes.count)
            for (path, aspects) in reads.nodes.sorted(by: { $0.key < $1.key }) {
                try path.write(to: &writer)
                writer.writeUnsigned(UInt64(aspects.rawValue))
            }
            writer.writeUnsigned(Key.patterns)
            writer.writeArrayHeader(reads.patterns.count)
            for pattern in reads.patterns { try pattern.write(to: &writer) }
        }
    }

    /// Reads a basis from a map.
    ///
    /// - Throws: `CBORError`, ``PathError``, ``CommandError`` or ``NamePatternError``.
    init(from reader: inout CBORReader) throws {
        var term: UInt64?
        var reads: ReadSet?
        try reader.readFields { key, reader in
            switch key {
            case Key.revision: reads = ReadSet(at: Revision(try reader.readUnsigned()))
            case Key.nodes: try reads?.readNodes(from: &reader)
            case Key.patterns: try reads?.readPatterns(from: &reader)
            case Key.term: term = try reader.readUnsigned()
            default: try reader.skip()
            }
        }
        switch (reads, term) {
        case (let reads?, nil): self = .reads(reads)
        case (nil, let term?): self = .term(term)
        default: throw CommandError(.malformed, "expected what was read, or a term")
        }
    }

    fileprivate static func check(nodes: Int, patterns: Int) throws {
        guard nodes + patterns <= TreeLimits.transactionReadsMaximum,
            patterns <= TreeLimits.transactionPatternsMaximum
        else {
            throw CommandError(
                .limitExceeded,
                "expected at most \(TreeLimits.transactionReadsMaximum) reads, of these "
                    + "\(TreeLimits.transactionPatternsMaximum) of patterns, found "
                    + "\(nodes) and \(patterns)")
        }
    }
}

extension ReadSet {
    fileprivate mutating func readNodes(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        guard count.isMultiple(of: 2) else {
            throw CommandError(.malformed, "expected paths and what was read of each")
        }
        try TransactionBasis.check(nodes: count / 2, patterns: 0)
        var previous: TreePath?
        for _ in 0..<count / 2 {
            let path = try TreePath(from: &reader)
            if let previous, previous >= path {
                throw CommandError(.malformed, "expected paths in order, found \(path)")
            }
            previous = path
            add(path, try Aspects(from: &reader))
        }
    }

    fileprivate mutating func readPatterns(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        try TransactionBasis.check(nodes: nodes.count, patterns: count)
        for _ in 0..<count {
            let pattern = try TreePattern(from: &reader)
            guard pattern.exactPath == nil, !patterns.contains(pattern) else {
                throw CommandError(.malformed, "expected patterns of many nodes, each once")
            }
            add(pattern)
        }
    }
}

extension ReadSet.Aspects {
    fileprivate init(from reader: inout CBORReader) throws {
        let bits = try reader.readUnsigned()
        let isKnown = bits <= UInt64(Self.all.rawValue)
        guard isKnown, bits == 0 || bits & UInt64(Self.presence.rawValue) != 0 else {
            throw CommandError(.malformed, "expected what was read of a node, found \(bits)")
        }
        self.init(rawValue: UInt8(bits))
    }
}
