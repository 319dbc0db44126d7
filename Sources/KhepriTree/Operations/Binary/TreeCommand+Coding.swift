package import CBOR

extension TreeCommand {
    /// The kind of command this is.
    package static let kind: UInt64 = 1
    /// The newest version of the encoding that this type reads; it writes 1 where there is no basis, and
    /// 3 where a lease is named.
    package static let version: UInt64 = 3

    /// Appends the command.
    ///
    /// Whatever this writes, ``decode(_:)`` reads.
    /// - Throws: ``CommandError`` when the operation goes beyond a limit or cannot be; the writer then
    ///   holds a part of the command, and is to be reset.
    package func encode(into writer: inout CBORWriter) throws {
        let start = writer.count
        let partCount = basis != nil ? 3 : session != nil ? 2 : 1
        let version: UInt64 = operation.namesLease ? 3 : basis == nil ? 1 : 2
        CommandHeader(kind: Self.kind, version: version, partCount: partCount).write(to: &writer)
        do {
            try operation.write(to: &writer, isInTransaction: false)
            if let session {
                try session.write(to: &writer)
            } else if partCount == 3 {
                writer.writeNull()
            }
            try basis?.write(to: &writer)
        } catch {
            throw CommandError(error)
        }
        try Self.checkSize(writer.count - start)
    }

    /// Reads bytes that are exactly one command.
    ///
    /// - Throws: ``CommandError``; `.unknownKind` and `.newerVersion` before anything after the header
    ///   is looked at.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws -> TreeCommand {
        try checkSize(bytes.count)
        do {
            var reader = CBORReader(bytes)
            let command = try TreeCommand(from: &reader)
            try reader.expectEnd()
            return command
        } catch {
            throw CommandError(error)
        }
    }

    private static func newerVersion(_ header: CommandHeader) -> CommandError? {
        guard header.kind == Self.kind else {
            return CommandError(
                .unknownKind, "expected kind \(Self.kind) of command, found \(header.kind)")
        }
        guard header.version <= Self.version else {
            return CommandError(
                .newerVersion, "expected version \(Self.version) at most, found \(header.version)")
        }
        return nil
    }

    private init(from reader: inout CBORReader) throws {
        let header = try CommandHeader(from: &reader)
        if let error = Self.newerVersion(header) { throw error }
        let partCounts = header.version == 1 ? 1...2 : header.version == 2 ? 3...3 : 1...3
        guard header.version > 0, partCounts ~= header.partCount else {
            throw CommandError(.malformed, "expected an operation, a session and a basis")
        }
        operation = try TreeOperation(from: &reader, isInTransaction: false)
        guard header.partCount > 1 else { return }
        let hasSession = try header.partCount == 2 || !reader.readNullIfPresent()
        if hasSession { session = try Session(from: &reader) }
        if header.partCount == 3 { basis = try TransactionBasis(from: &reader) }
    }

    private static func checkSize(_ count: Int) throws {
        guard count <= TreeLimits.commandBytesMaximum else {
            throw CommandError(
                .limitExceeded,
                "expected a command of at most \(TreeLimits.commandBytesMaximum) bytes, "
                    + "found \(count)")
        }
    }
}

extension TreeCommand.Session {
    private enum Key {
        static let id: UInt64 = 0
        static let sequence: UInt64 = 1
        static let lowestUnanswered: UInt64 = 2
    }

    fileprivate func write(to writer: inout CBORWriter) throws {
        try check()
        writer.writeMapHeader(3)
        writer.writeUnsigned(Key.id)
        id.write(to: &writer)
        writer.writeUnsigned(Key.sequence)
        writer.writeUnsigned(sequence)
        writer.writeUnsigned(Key.lowestUnanswered)
        writer.writeUnsigned(lowestUnanswered)
    }

    fileprivate init(from reader: inout CBORReader) throws {
        var id: SessionID?
        var sequence: UInt64 = 0
        var lowestUnanswered: UInt64 = 0
        try reader.readFields { key, reader in
            switch key {
            case Key.id: id = try SessionID(from: &reader)
            case Key.sequence: sequence = try reader.readUnsigned()
            case Key.lowestUnanswered: lowestUnanswered = try reader.readUnsigned()
            default: try reader.skip()
            }
        }
        guard let id else { throw CommandError(.malformed, "expected the ID of a session") }
        self.init(id: id, sequence: sequence, lowestUnanswered: lowestUnanswered)
        try check()
    }

    private func check() throws {
        guard lowestUnanswered >= 1, lowestUnanswered <= sequence else {
            throw CommandError(
                .malformed, "expected a session with 1 ≤ lowest unanswered ≤ sequence")
        }
    }
}

extension SessionID {
    /// Writes the 16 bytes.
    package func write(to writer: inout CBORWriter) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { writer.writeBytes($0) }
    }

    /// Reads 16 bytes.
    ///
    /// - Throws: `CBORError` or ``CommandError``.
    package init(from reader: inout CBORReader) throws {
        let bytes = try reader.readBytesBuffer()
        guard bytes.count == 16 else {
            throw CommandError(.malformed, "expected 16 bytes, found \(bytes.count)")
        }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
}
