package import RaftStorage

/// A call to a simulated disk.
package struct DiskCall: Sendable, Hashable {
    /// How many came before.
    package let number: Int
    package let operation: DiskError.Operation
    package let path: String
}

/// Something that a power cut may lose or keep.
package enum UnflushedItem: Sendable, Hashable {
    /// A sector of a file.
    case sector(file: Int, index: Int)
    /// The size of a file.
    case size(file: Int)
    /// A change of names, as text.
    case names(String)
}

/// A kind of flush that a simulated disk may pretend to carry out.
package enum IgnoredFlush: Sendable, Hashable {
    case ofFiles
    case ofDirectories
}

/// How a call fails.
package enum DiskFault: Sendable, Hashable {
    /// With an error number. A flush that fails loses what it should have flushed: the pages are
    /// marked clean, can still be read, and reach the medium only when written again.
    case error(Int32)
    /// A write takes half of its bytes and says so; other calls fail with EIO.
    case shortWrite
    /// This call and all later ones do nothing and fail, until ``SimulatedDisk/crash(keeping:)``.
    case halt

    /// EIO.
    package static let inputOutput: Int32 = 5
    /// ENOSPC.
    package static let noSpace: Int32 = 28
    /// ENOENT.
    static let missing: Int32 = 2
    /// EEXIST.
    static let alreadyThere: Int32 = 17
    /// EISDIR.
    static let isDirectory: Int32 = 21
}
