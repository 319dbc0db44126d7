/// How far the opening of a directory is.
package struct OpenProgress: Sendable, Hashable {
    /// The bytes of the log that are read and checked.
    package var bytesRead: UInt64
    /// All bytes of the log.
    package var bytesTotal: UInt64

    package init(bytesRead: UInt64, bytesTotal: UInt64) {
        self.bytesRead = bytesRead
        self.bytesTotal = bytesTotal
    }
}
