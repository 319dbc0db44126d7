/// A type that is read and written without its `Codable` conformance.
protocol CBORScalar {
    init(from reader: inout CBORReader) throws
    func write(to writer: inout CBORWriter) throws
}

/// Finds the scalar that a generic type is.
///
/// Comparing types costs a few nanoseconds, and nothing where the type is known to the compiler; a
/// dynamic cast to the protocol would cost about 80.
enum CBORScalars {
    /// The type as a scalar, nil when it is none.
    @inline(__always)
    static func type<Value>(_ type: Value.Type) -> (any CBORScalar.Type)? {
        if type == String.self { return String.self }
        if type == Int.self { return Int.self }
        if type == Bool.self { return Bool.self }
        if type == Double.self { return Double.self }
        if type == [UInt8].self { return [UInt8].self }
        if type == Float.self { return Float.self }
        if type == Int64.self { return Int64.self }
        if type == Int32.self { return Int32.self }
        if type == Int16.self { return Int16.self }
        if type == Int8.self { return Int8.self }
        if type == UInt.self { return UInt.self }
        if type == UInt64.self { return UInt64.self }
        if type == UInt32.self { return UInt32.self }
        if type == UInt16.self { return UInt16.self }
        if type == UInt8.self { return UInt8.self }
        if type == Int128.self { return Int128.self }
        if type == UInt128.self { return UInt128.self }
        return nil
    }

    /// Writes a value whose type is the scalar.
    @inline(__always)
    static func write<Value, Scalar: CBORScalar>(
        _ value: Value, as type: Scalar.Type, to writer: inout CBORWriter
    ) throws {
        try unsafeBitCast(value, to: Scalar.self).write(to: &writer)
    }

    /// Reads a value whose type is the scalar.
    @inline(__always)
    static func read<Value, Scalar: CBORScalar>(
        _ type: Value.Type, as scalar: Scalar.Type, from reader: inout CBORReader
    ) throws -> Value {
        unsafeBitCast(try Scalar(from: &reader), to: Value.self)
    }
}

extension Bool: CBORScalar {
    init(from reader: inout CBORReader) throws {
        self = try reader.readBoolean()
    }

    func write(to writer: inout CBORWriter) {
        writer.writeBoolean(self)
    }
}

extension String: CBORScalar {
    init(from reader: inout CBORReader) throws {
        self = try reader.readText()
    }

    func write(to writer: inout CBORWriter) {
        writer.writeText(self)
    }
}

extension [UInt8]: CBORScalar {
    init(from reader: inout CBORReader) throws {
        self = try reader.readBytes()
    }

    func write(to writer: inout CBORWriter) {
        writer.writeBytes(self)
    }
}

extension Double: CBORScalar {
    /// Takes an integer too, if it can be held exactly.
    init(from reader: inout CBORReader) throws {
        self = try reader.readFloatingPoint { $0 }
    }

    func write(to writer: inout CBORWriter) {
        writer.writeDouble(self)
    }
}

extension Float: CBORScalar {
    /// Takes an integer too, if it can be held exactly, and rounds a fraction.
    init(from reader: inout CBORReader) throws {
        self = try reader.readFloatingPoint { double in
            let rounded = Float(double)
            return rounded.isFinite || !double.isFinite ? rounded : nil
        }
    }

    func write(to writer: inout CBORWriter) {
        writer.writeDouble(Double(self))
    }
}

extension CBORReader {
    /// Reads a number into a floating-point type: an integer exactly, or with the conversion.
    fileprivate mutating func readFloatingPoint<Number: BinaryFloatingPoint>(
        _ convert: (Double) -> Number?
    ) throws -> Number {
        let start = offset
        let value =
            switch try peekKind() {
            case .unsigned: Number(exactly: try readUnsigned())
            case .negative: Number(exactly: try readInteger(as: Int64.self))
            default: convert(try readDouble())
            }
        if let value { return value }
        offset = start
        throw outOfRange("a number that \(Number.self) can hold")
    }
}

/// An integer type, coded as an integer of −2^63 … 2^64 − 1.
protocol CBORScalarInteger: CBORScalar, FixedWidthInteger {}

extension CBORScalarInteger {
    init(from reader: inout CBORReader) throws {
        self = try reader.readInteger()
    }

    func write(to writer: inout CBORWriter) throws {
        if let value = Int64(exactly: self) {
            writer.writeInteger(value)
        } else if let value = UInt64(exactly: self) {
            writer.writeUnsigned(value)
        } else {
            throw CBORError(.outOfRange, at: 0, "expected an integer from -2^63 to 2^64 - 1")
        }
    }
}

extension Int: CBORScalarInteger {}
extension Int8: CBORScalarInteger {}
extension Int16: CBORScalarInteger {}
extension Int32: CBORScalarInteger {}
extension Int64: CBORScalarInteger {}
extension Int128: CBORScalarInteger {}
extension UInt: CBORScalarInteger {}
extension UInt8: CBORScalarInteger {}
extension UInt16: CBORScalarInteger {}
extension UInt32: CBORScalarInteger {}
extension UInt64: CBORScalarInteger {}
extension UInt128: CBORScalarInteger {}
