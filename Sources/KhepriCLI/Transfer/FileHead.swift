import Foundation
import RaftRuntime

/// What the first bytes of a file tell of what it is for, to help whoever named the wrong one.
enum FileHead {
    case backup, snapshot, operations, other

    /// - Parameter path: A file; what cannot be read is something else.
    init(of path: String) {
        guard FileKind(at: path) == .file, let handle = FileHandle(forReadingAtPath: path),
            let bytes = try? handle.read(upToCount: 8)
        else {
            self = .other
            return
        }
        switch bytes.first {
        case _ where bytes == Data("KHEPRIBK".utf8): self = .backup
        case _ where bytes == Data("KHEPRISN".utf8): self = .snapshot
        case UInt8(ascii: "{"), UInt8(ascii: "["): self = .operations
        default: self = .other
        }
    }

    /// Refuses what is no backup or snapshot, and says what to do with it.
    ///
    /// - Parameter advice: What to do with a directory.
    /// - Throws: ``ProgramExit``.
    static func expectState(in path: String, orDirectory advice: String) throws {
        guard FileKind(at: path) != .directory else {
            throw ProgramExit(
                .usage, "\(path) is a directory: expected what `khepri backup` wrote\(advice)")
        }
        guard FileHead(of: path) != .operations else {
            throw ProgramExit(
                .usage, "\(path) holds operations: `khepri import` writes them into a store")
        }
    }
}
