import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The standard output: everything a command prints goes through here.
///
/// What is printed gathers until ``flush()``. Nothing that fails is passed over: a listing on a full
/// disk must not end as if it were whole.
enum StandardOutput {
    private static let buffer = Mutex<[UInt8]>([])
    private static let bufferBytesMaximum = 1 << 16

    /// Prints a line of text.
    static func line(_ text: String) throws {
        try write(text.utf8)
        try write(CollectionOfOne(10))
    }

    /// Prints bytes that need not be lines of text.
    static func write(_ bytes: some Sequence<UInt8>) throws {
        try buffer.withLock { buffer in
            buffer.append(contentsOf: bytes)
            if buffer.count >= bufferBytesMaximum { try flush(&buffer) }
        }
    }

    /// Hands over what was printed.
    static func flush() throws {
        try buffer.withLock { try flush(&$0) }
    }

    private static func flush(_ buffer: inout [UInt8]) throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        guard buffer.isEmpty || StandardStreams.write(buffer, to: 1) else {
            throw ProgramExit(.fault, "cannot write the output: \(StandardStreams.errorMessage)")
        }
    }
}

/// The descriptors 0, 1 and 2.
enum StandardStreams {
    /// Takes the place of those that the process was started without.
    ///
    /// Otherwise the next file to be opened, one of the store, would get the number, and what is
    /// printed would go into it. The file in their place refuses what they are for.
    static func reserve() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    static var errorIsTerminal: Bool { isatty(2) == 1 }

    /// Prints a line on the standard error; there is nobody to tell if that fails.
    static func note(_ text: String) {
        _ = write(Array((text + "\n").utf8), to: 2)
    }

    /// Writes all bytes; on failure, `errno` says why.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                #if canImport(Glibc)
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                let count = Musl.write(descriptor, rest.baseAddress, rest.count)
                #else
                let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
                #endif
                if count >= 0 {
                    done += count
                } else if errno == EAGAIN {
                    var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&writable, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    /// What the last system call of this thread failed with.
    static var errorMessage: String { String(cString: strerror(errno)) }
}
