import RaftRuntime

extension DiskFile {
    /// Writes all bytes, going on after a short write to learn its reason.
    func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = try write(rest, at: offset + UInt64(done))
            guard count > 0 else {
                throw LogDeviceError(.failed, "the disk took none of \(rest.count) bytes")
            }
            done += count
        }
    }

    /// Reads bytes, fewer at the end of the file.
    func readUpTo(_ byteCount: Int, at offset: UInt64) throws -> [UInt8] {
        let size = try size()
        let rest = size > offset ? Int(min(size - offset, UInt64(byteCount))) : 0
        return try [UInt8](unsafeUninitializedCapacity: rest) { buffer, count in
            count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
    }

    /// Reads bytes that must be there.
    func readWhole(at offset: UInt64, byteCount: Int) throws -> [UInt8] {
        let bytes = try readUpTo(byteCount, at: offset)
        guard bytes.count == byteCount else {
            throw LogDeviceError(
                .corrupt, "expected \(byteCount) bytes at \(offset), found \(bytes.count)")
        }
        return bytes
    }
}
