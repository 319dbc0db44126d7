import Foundation
import Khepri
import KhepriTree

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

    func write(_ text: String) throws {
        if path == "-" { return try StandardOutput.write(text.utf8) }
        try check(StandardStreams.write(Array(text.utf8), to: descriptor))
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

/// Writes a subtree as operations that rebuild it.
///
/// The header says how many operations follow: a file that is cut off is found out.
struct OperationWriter {
    let view: TreeView
    let asArray: Bool
    /// Called with the number of operations written so far.
    let progress: (Int) -> Void

    /// - Returns: How many nodes were written.
    func write(_ path: TreePath, to output: OutputFile) throws -> Int {
        var operations = StoredOperations(of: view, from: path)
        var lines = LineOutput(output: output, asArray: asArray)
        try lines.begin(operations: operations.count)
        while true {
            let next = operations.next()
            if next.isEmpty { break }
            for operation in next { try lines.add(operation) }
            progress(lines.count)
        }
        try lines.end()
        return operations.nodeCount
    }
}

/// Lines, or the elements of an array, gathered into larger writes.
private struct LineOutput {
    let output: OutputFile
    let asArray: Bool
    private var buffer = ""
    private(set) var count = 0

    init(output: OutputFile, asArray: Bool) {
        self.output = output
        self.asArray = asArray
    }

    mutating func begin(operations: Int) throws {
        buffer +=
            asArray ? "[\n" : "{\"format\":\"khepri-ops/1\",\"operations\":\(operations)}\n"
    }

    mutating func add(_ operation: TreeOperation) throws {
        if asArray && count > 0 { buffer += ",\n" }
        buffer += operation.jsonText
        if !asArray { buffer += "\n" }
        count += 1
        if buffer.utf8.count > 1 << 16 { try flush() }
    }

    mutating func end() throws {
        if asArray { buffer += "\n]\n" }
        try flush()
    }

    private mutating func flush() throws {
        try output.write(buffer)
        buffer = ""
    }
}
