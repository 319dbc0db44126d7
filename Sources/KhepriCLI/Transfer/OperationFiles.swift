import CBOR
import Foundation
import Khepri
import KhepriTree

/// Reads operations from JSON lines or from one JSON array.
enum OperationReader {
    /// Calls `body` with each operation of a file of lines; an error names the line.
    static func readLines(
        _ handle: FileHandle, name: String, _ body: (TreeOperation) async throws -> Void
    ) async throws {
        var number = 0
        for await line in InputLines(handle) {
            number += 1
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            do {
                guard case .operation(let operation) = try OperationLine(line) else { continue }
                try await body(operation)
            } catch let error as OperationError {
                throw ProgramExit(.usage, "\(name), line \(number): \(error.message)")
            }
        }
    }

    /// Calls `body` with each operation of a JSON array.
    static func readArray(
        _ handle: FileHandle, name: String, _ body: (TreeOperation) async throws -> Void
    ) async throws {
        let data = try handle.readToEnd() ?? Data()
        let json: JSONValue
        do {
            json = try JSONParser.value(of: [UInt8](data))
        } catch {
            throw ProgramExit(.usage, "\(name): \(error)")
        }
        guard case .array(let items) = json else {
            throw ProgramExit(.usage, "\(name): expected an array of operations")
        }
        for (index, item) in items.enumerated() {
            do {
                guard case .operation(let operation) = try OperationLine(item) else { continue }
                try await body(operation)
            } catch let error as OperationError {
                throw ProgramExit(.usage, "\(name), operation \(index + 1): \(error.message)")
            }
        }
    }
}

/// A file that is written anew, or the standard output.
struct OutputFile {
    private let handle: FileHandle
    private let path: String

    /// Creates the file; one that is there is refused.
    init(_ path: String) throws {
        self.path = path
        if path == "-" {
            handle = .standardOutput
            return
        }
        guard FileKind(at: path) == .missing else {
            throw ProgramExit(.refused, "\(path) exists: expected a new file")
        }
        let isMade = FileManager.default.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard isMade, let handle = FileHandle(forWritingAtPath: path) else {
            throw ProgramExit(.refused, "cannot create \(path)")
        }
        self.handle = handle
    }

    func write(_ text: String) throws {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            throw ProgramExit(.refused, "cannot write \(path): \(error)")
        }
    }

    func close() throws {
        if path != "-" { try handle.close() }
    }
}

/// Writes a subtree as operations that rebuild it.
///
/// Nodes come first, parents before children; a node that only holds its children together needs no
/// line. Keep-while sets on other nodes come behind all nodes, so that what they watch is there.
struct OperationWriter {
    let view: TreeView
    let asArray: Bool
    let onNode: () -> Void

    func write(_ path: TreePath, to output: OutputFile) throws {
        var lines = LineOutput(output: output, asArray: asArray)
        var watchers: [TreeOperation] = []
        try lines.begin()
        try view.forEachStoredNode(from: path) { node in
            onNode()
            guard let put = node.put else { return }
            try lines.add(put)
            if let watcher = node.watcherPut { watchers.append(watcher) }
        }
        for watcher in watchers { try lines.add(watcher) }
        try lines.end()
    }
}

/// Lines, or the elements of an array, gathered into larger writes.
private struct LineOutput {
    let output: OutputFile
    let asArray: Bool
    private var buffer = ""
    private var count = 0

    init(output: OutputFile, asArray: Bool) {
        self.output = output
        self.asArray = asArray
    }

    mutating func begin() throws {
        buffer += asArray ? "[\n" : "{\"format\":\"khepri-ops/1\"}\n"
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
