extension UnsafeRawPointer {
    /// The little-endian integer at an offset, aligned or not.
    @inline(__always)
    func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value {
        Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension UnsafeMutableRawPointer {
    /// Stores an integer little-endian at an offset, aligned or not.
    @inline(__always)
    func storeLittleEndian<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at offset: Int
    ) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
}
