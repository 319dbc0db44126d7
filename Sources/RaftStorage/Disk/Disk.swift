/// The few file operations storage needs, so that a simulated disk can stand in for the real one.
///
/// Paths are absolute or relative to the process, separated by `/`. Every call is synchronous and
/// throws ``DiskError``. A disk may be used by several threads, a file by one at a time.
package protocol Disk: AnyObject, Sendable {
    /// Opens a file.
    func open(_ path: String, _ mode: DiskOpenMode) throws -> any DiskFile

    /// Renames a file, replacing one of the new name; durable after ``synchronizeDirectory(_:)``.
    func rename(_ source: String, to target: String) throws

    /// Removes a file.
    func remove(_ path: String) throws

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    func names(in directory: String) throws -> [String]

    /// Creates one directory that only its owner may enter; its parent is there already.
    func makeDirectory(_ path: String) throws

    /// Makes creations, renames and removals in a directory durable.
    func synchronizeDirectory(_ path: String) throws

    /// Whether something has this name, and what.
    func kind(of path: String) throws -> DiskItemKind

    /// Takes the exclusive lock that the file at a path stands for, making the file if needed.
    ///
    /// The number of the process is written to it. The lock ends when its file is closed and when
    /// the process ends, however it ends.
    func lock(_ path: String) throws -> DiskLock

    /// Takes the same lock of a file that is there, and changes nothing.
    func lockSilently(_ path: String) throws -> DiskLock

    /// The bytes that may still be written to the file system a directory is on.
    func freeBytes(at directory: String) throws -> UInt64
}

extension Disk {
    package func lockSilently(_ path: String) throws -> DiskLock { try lock(path) }
}

/// An open file.
///
/// Close it: the release of the last reference closes it too, but loses the error.
package protocol DiskFile: AnyObject, Sendable {
    /// Reads at most as many bytes as fit; fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int

    /// Writes and tells how many bytes were taken, which may be fewer than given.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws -> Int

    /// Makes what was written durable, and the size if reading needs it.
    func flush() throws

    /// Cuts or extends the file to a size.
    func resize(to size: UInt64) throws

    /// The size in bytes.
    func size() throws -> UInt64

    /// Closes the file; an error means that written bytes may be lost.
    func close() throws
}

/// How ``Disk/open(_:_:)`` opens a file.
package enum DiskOpenMode: Sendable, Hashable {
    /// For reading; the file is there.
    case readOnly
    /// For reading and writing; the file is there.
    case readWrite
    /// For reading and writing; made, readable by its owner only; an error if it is there.
    case create
}

/// What has a name.
package enum DiskItemKind: Sendable, Hashable {
    case missing
    case file
    case directory
    case other
}

/// What ``Disk/lock(_:)`` found.
package enum DiskLock: Sendable {
    /// The lock is ours until the file is closed.
    case taken(any DiskFile)
    /// Somebody else has it; the process number if it could be read.
    case held(by: String?)
}
