import Foundation
import RaftRuntime

/// A directory of the file system, by its descriptor.
///
/// Everything in it is reached by name from here: paths have no length that would be too much, and a
/// link that somebody puts in the way is never followed. Names are bytes.
final class OpenDirectory {
    private let descriptor: Int32
    /// How messages call it.
    let path: String

    private init(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a directory that the user named; a link to one is followed.
    init(at path: String) throws {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    /// How messages call an entry.
    func place(of name: [UInt8]) -> String {
        path + (path.hasSuffix("/") ? "" : "/") + String(decoding: name, as: UTF8.self)
    }

    /// The names in it, in the order of their bytes.
    func names() throws -> [[UInt8]] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw Self.failure("read", path) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [46] && name != [46, 46] { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw Self.failure("read", path) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    func kind(of name: [UInt8]) -> FileKind {
        Self.withName(name) { FileKind(of: $0, in: descriptor) }
    }

    func directory(_ name: [UInt8]) throws -> OpenDirectory {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let child = Self.withName(name) { openat(descriptor, $0, flags) }
        guard child >= 0 else { throw Self.failure("open", place(of: name)) }
        return OpenDirectory(child, path: place(of: name))
    }

    func makeDirectory(_ name: [UInt8]) throws -> OpenDirectory {
        guard Self.withName(name, { mkdirat(descriptor, $0, 0o700) }) == 0 else {
            throw Self.failure("create", place(of: name))
        }
        return try directory(name)
    }

    /// The first bytes of a regular file.
    func contents(of name: [UInt8], limit: Int) throws -> [UInt8] {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        let file = Self.withName(name) { openat(descriptor, $0, flags) }
        guard file >= 0 else { throw Self.failure("read", place(of: name)) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let wanted = min(chunk.count, limit - bytes.count)
            let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, wanted) }
            guard count >= 0 else { throw Self.failure("read", place(of: name)) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }

    /// Creates a file that is not there yet.
    func write(_ bytes: [UInt8], to name: [UInt8]) throws {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = Self.withName(name) { openat(descriptor, $0, flags, 0o600) }
        guard file >= 0 else { throw Self.failure("create", place(of: name)) }
        let isWritten = StandardStreams.write(bytes, to: file)
        let reason = StandardStreams.errorMessage
        guard close(file) == 0 && isWritten else {
            throw ProgramExit(.refused, "cannot write \(place(of: name)): \(reason)")
        }
    }

    func removeFile(_ name: [UInt8]) throws {
        guard Self.withName(name, { unlinkat(descriptor, $0, 0) }) == 0 else {
            throw Self.failure("remove", place(of: name))
        }
    }

    /// Removes everything in it.
    func removeContents() throws {
        for name in try names() {
            guard kind(of: name) == .directory else {
                try removeFile(name)
                continue
            }
            try directory(name).removeContents()
            guard Self.withName(name, { unlinkat(descriptor, $0, AT_REMOVEDIR) }) == 0 else {
                throw Self.failure("remove", place(of: name))
            }
        }
    }

    private static func withName<Result>(
        _ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
    ) -> Result {
        (name.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("a zero ends a name") }
            return body(start)
        }
    }

    private static func failure(_ verb: String, _ path: String) -> ProgramExit {
        ProgramExit(.refused, "cannot \(verb) \(path): \(StandardStreams.errorMessage)")
    }
}
