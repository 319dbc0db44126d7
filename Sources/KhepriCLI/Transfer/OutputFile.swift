import Foundation
import RaftRuntime

/// A file that is written anew, or the standard output.
///
/// It has its name only when it is whole: until then it is called `NAME.unfinished`.
final class OutputFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isComplete = false

    /// Creates the file; one that is there is refused.
    init(_ path: String) throws {
        self.path = path
        temporary = path + ".unfinished"
        if path == "-" {
            descriptor = 1
            return
        }
        guard FileKind(at: path) == .missing else {
            throw ProgramExit(.refused, "\(path) exists: expected a new file")
        }
        unlink(temporary)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ProgramExit(.refused, "cannot create \(path): \(StandardStreams.errorMessage)")
        }
    }

    deinit {
        guard path != "-" else { return }
        close(descriptor)
        if !isComplete { unlink(temporary) }
    }

    func write(_ bytes: [UInt8]) throws {
        if path == "-" { return try StandardOutput.write(bytes) }
        try check(StandardStreams.write(bytes, to: descriptor))
    }

    /// Gives the file its name.
    func finish() throws {
        guard path != "-" else { return }
        try check(fsync(descriptor) == 0)
        try check(rename(temporary, path) == 0)
        isComplete = true
    }

    private func check(_ isDone: Bool) throws {
        if isDone { return }
        throw ProgramExit(.refused, "cannot write \(path): \(StandardStreams.errorMessage)")
    }
}
