import CBOR
import Testing

@Suite("Writer and reader") struct WriterReaderTests {
    /// Writes with one closure and reads the bytes with the other.
    private func through(
        _ write: (inout CBORWriter) throws -> Void, _ read: (inout CBORReader) throws -> Void
    ) throws {
        var writer = CBORWriter(capacity: 0)
        try write(&writer)
        try writer.finish().withUnsafeBytes { buffer in
            var reader = CBORReader(buffer)
            try read(&reader)
            try reader.expectEnd()
        }
    }

    @Test func `a map with integer keys is read and unknown keys are skipped`() throws {
        try through { writer in
            writer.writeMapHeader(3)
            writer.writeUnsigned(1)
            writer.writeText("name")
            writer.writeUnsigned(2)
            writer.writeArrayHeader(2)
            writer.writeMapHeader(1)
            writer.writeUnsigned(9)
            writer.writeNull()
            writer.writeDouble(0.1)
            writer.writeUnsigned(300)
            writer.writeInteger(-7)
        } _: { reader in
            try #expect(reader.peekKind() == .map)
            var seen: [UInt64] = []
            for _ in 0..<(try reader.readMapHeader()) {
                let key = try reader.readUnsigned()
                seen.append(key)
                switch key {
                case 1: try #expect(reader.readText() == "name")
                case 300: try #expect(reader.readInteger(as: Int8.self) == -7)
                default: try reader.skip()
                }
            }
            #expect(seen == [1, 2, 300])
        }
    }

    @Test func `heads change their length where they must`() throws {
        let edges: [UInt64] = [
            0, 23, 24, 255, 256, 65535, 65536, 4_294_967_295, 4_294_967_296, .max,
        ]
        let lengths = [1, 1, 2, 2, 3, 3, 5, 5, 9, 9]
        for (edge, length) in zip(edges, lengths) {
            try through { writer in
                writer.writeUnsigned(edge)
                #expect(writer.count == length)
            } _: { reader in
                try #expect(reader.readUnsigned() == edge)
            }
        }
    }

    @Test func `integers are read into types that hold them and left alone otherwise`() throws {
        try through { writer in
            writer.writeInteger(.min)
            writer.writeInteger(128)
        } _: { reader in
            expectError(.outOfRange) { _ = try reader.readInteger(as: Int32.self) }
            expectError(.outOfRange) { _ = try reader.readInteger(as: UInt64.self) }
            expectError(.unexpectedKind) { _ = try reader.readUnsigned() }
            #expect(reader.offset == 0)
            try #expect(reader.readInteger(as: Int64.self) == .min)
            expectError(.outOfRange) { _ = try reader.readInteger(as: Int8.self) }
            try #expect(reader.readInteger(as: UInt8.self) == 128)
        }
    }

    @Test func `strings are lent, copied and checked`() throws {
        let long = String(repeating: "水", count: 200)
        try through { writer in
            writer.writeText(long)
            writer.writeText(utf8: UnsafeRawBufferPointer(start: nil, count: 0))
            writer.writeBytes([1, 2, 3])
            writer.writeBytes([4])
            writer.writeText("x")
        } _: { reader in
            try #expect(Array(reader.readTextBuffer()) == Array(long.utf8))
            try #expect(reader.readText() == "")
            try #expect(reader.readBytes() == [1, 2, 3])
            expectError(.unexpectedKind) { _ = try reader.readText() }
            try #expect(Array(reader.readBytesBuffer()) == [4])
            expectError(.unexpectedKind) { _ = try reader.readBytes() }
            try #expect(reader.readText() == "x")
        }
    }

    @Test func `an item is passed over, lent or validated as a whole`() throws {
        let item = try (["k": [1, nil, "x"]] as CBORValue).encoded()
        try through { writer in
            for _ in 0..<3 { writer.writeEncoded(item) }
            writer.writeEncoded(bytes("a2 6162 00 6161 00"))
        } _: { reader in
            try reader.skip()
            try #expect(Array(reader.readItem()) == item)
            try #expect(Array(reader.readValidatedItem()) == item)
            let start = reader.offset
            expectError(.notDeterministic) { _ = try reader.readValidatedItem() }
            #expect(reader.offset == start)
            #expect(reader.remaining == 7)
            try reader.skip()
        }
    }

    @Test func `null, booleans and doubles are told apart`() throws {
        try through { writer in
            writer.writeNull()
            writer.writeBoolean(true)
            writer.writeDouble(-0.0)
        } _: { reader in
            expectError(.unexpectedKind) { _ = try reader.readBoolean() }
            expectError(.unexpectedKind) { _ = try reader.readDouble() }
            try #expect(reader.readNullIfPresent())
            expectError(.unexpectedKind) { try reader.readNull() }
            try #expect(!reader.readNullIfPresent())
            try #expect(reader.readBoolean())
            try #expect(reader.readDouble().bitPattern == (-0.0).bitPattern)
            expectError(.truncated) { try reader.readNull() }
            expectError(.truncated) { _ = try reader.peekKind() }
        }
    }

    @Test func `a writer grows, lends what it wrote and starts again`() {
        var writer = CBORWriter(capacity: 1)
        for _ in 0..<1000 { writer.writeUnsigned(1000) }
        #expect(writer.withUnsafeBytes { Array($0.prefix(3)) } == bytes("1903e8"))
        #expect(writer.finish().count == 3000)
        #expect(writer.count == 0)
        writer.writeNull()
        writer.reset()
        writer.writeBoolean(false)
        #expect(writer.finish() == [0xF4])
    }

    @Test func `nesting that the caller counts ends at 64`() throws {
        var reader = CBORReader(UnsafeRawBufferPointer(start: nil, count: 0))
        for _ in 0..<64 { try reader.enter() }
        expectError(.tooDeep) { try reader.enter() }
        reader.leave()
        try reader.enter()
        #expect(reader.depth == 64)
    }

    @Test func `leaving what was not entered is a programmer error`() async {
        await #expect(processExitsWith: .failure) {
            var reader = CBORReader(UnsafeRawBufferPointer(start: nil, count: 0))
            reader.leave()
        }
    }
}
