import CBOR
import Foundation
import Khepri
import KhepriTree
import RaftRuntime

/// What an import reads: puts from a directory, or operations from a file.
///
/// It can be read any number of times: once to be checked as a whole, and then to be written.
struct OperationSource {
    private enum Kind {
        case directory(DirectoryReader)
        case lines(OperationLines)
        case array([TreeOperation], name: String)
    }

    private var kind: Kind
    private let relocation: Relocation

    /// Opens a directory, a file, or for `-` the standard input.
    init(_ place: String, to relocation: Relocation, valueBytesMaximum: Int) throws {
        self.relocation = relocation
        if place == "-" {
            kind = .lines(try OperationLines(spooling: 0, name: "the input"))
            return
        }
        switch FileKind(at: place) {
        case .missing: throw ProgramExit(.usage, "there is no file or directory \(place)")
        case .directory:
            guard relocation.source == .root else {
                throw ProgramExit(
                    .usage, "\(place) is a directory: expected --below for files of operations only"
                )
            }
            kind = .directory(
                DirectoryReader(
                    root: place, target: relocation.target, valueBytesMaximum: valueBytesMaximum))
        case .file, .other:
            switch FileHead(of: place) {
            case .backup, .snapshot:
                throw ProgramExit(
                    .usage, "\(place) is a backup: `khepri restore` makes a store of it")
            case .operations, .other: break
            }
            guard let handle = FileHandle(forReadingAtPath: place) else {
                let reason = StandardStreams.errorMessage
                throw ProgramExit(.unreachable, "cannot read \(place): \(reason)")
            }
            if place.hasSuffix(".json") {
                let data = try handle.readToEnd() ?? Data()
                kind = .array(try Self.array(data, name: place), name: place)
            } else {
                // A pipe can be read only once.
                let isFile = FileKind(at: place) == .file
                kind = .lines(
                    isFile
                        ? OperationLines(handle, name: place)
                        : try OperationLines(spooling: handle.fileDescriptor, name: place))
            }
        }
    }

    /// What the last reading of a directory passed over.
    var skipped: [DirectoryReader.Skipped] {
        if case .directory(let reader) = kind { reader.skipped } else { [] }
    }

    /// Calls `body` with each operation; an error of the source names the line.
    mutating func read(_ body: (TreeOperation) async throws -> Void) async throws {
        switch kind {
        case .directory(var reader):
            try await reader.read(body)
            kind = .directory(reader)
        case .lines(let lines):
            try await lines.read { try await body(try relocation.moved($0)) }
        case .array(let operations, let name):
            for (index, operation) in operations.enumerated() {
                do {
                    try await body(try relocation.moved(operation))
                } catch let error as OperationError {
                    throw Self.failure(error, name, index)
                }
            }
        }
    }

    private static func array(_ data: Data, name: String) throws -> [TreeOperation] {
        let json: JSONValue
        do {
            json = try JSONParser.value(of: [UInt8](data))
        } catch {
            throw ProgramExit(.usage, "\(name): \(error)")
        }
        guard case .array(let items) = json else {
            throw ProgramExit(.usage, "\(name): expected an array of operations")
        }
        return try items.enumerated().compactMap { index, item in
            do {
                return try OperationLine(item).imported()
            } catch let error as OperationError {
                throw failure(error, name, index)
            }
        }
    }

    private static func failure(
        _ error: OperationError, _ name: String, _ index: Int
    ) -> ProgramExit {
        ProgramExit(.usage, "\(name), operation \(index + 1): \(error.message)")
    }
}

/// The lines of a file that is open, as operations.
struct OperationLines {
    /// Keeps the descriptor open.
    private let handle: FileHandle
    private let name: String

    init(_ handle: FileHandle, name: String) {
        self.handle = handle
        self.name = name
    }

    /// Takes over what a pipe gives into a file without a name.
    init(spooling descriptor: Int32, name: String) throws {
        self.name = name
        guard let file = tmpfile() else {
            throw ProgramExit(
                .refused, "cannot create a temporary file: \(StandardStreams.errorMessage)")
        }
        defer { fclose(file) }
        handle = FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true)
        var reader = LineReader(descriptor, name: name)
        while let lines = try reader.next() {
            let bytes = Array(lines.joined(separator: [10])) + [10]
            guard StandardStreams.write(bytes, to: handle.fileDescriptor) else {
                throw ProgramExit(
                    .refused, "cannot write a temporary file: \(StandardStreams.errorMessage)")
            }
        }
    }

    /// Calls `body` with each operation; an error names the line.
    func read(_ body: (TreeOperation) async throws -> Void) async throws {
        lseek(handle.fileDescriptor, 0, SEEK_SET)
        var reader = LineReader(handle.fileDescriptor, name: name)
        var (number, count) = (0, 0)
        var expected: UInt64?
        while let lines = try reader.next() {
            for line in lines {
                number += 1
                do {
                    guard let parsed = try OperationLine.reading(line) else { continue }
                    if parsed == .header { expected = try Self.count(in: line) ?? expected }
                    guard let operation = try parsed.imported() else { continue }
                    count += 1
                    try await body(operation)
                } catch let error as OperationError {
                    throw ProgramExit(.usage, "\(name), line \(number): \(error.message)")
                }
            }
        }
        guard let expected, expected != count else { return }
        throw ProgramExit(
            .usage, "\(name) is cut off: expected \(expected) operations, found \(count)")
    }

    /// How many operations a header announces.
    private static func count(in header: [UInt8]) throws -> UInt64? {
        guard case .unsigned(let count) = try JSONParser.value(of: header)["operations"] else {
            return nil
        }
        return count
    }
}

extension OperationLine {
    /// The operation to import, nil for a header.
    ///
    /// - Throws: ``OperationError`` for what an import does not take.
    fileprivate func imported() throws -> TreeOperation? {
        switch self {
        case .header: return nil
        case .reset: throw OperationError(.invalidOperation, "reset is for exec --in-memory only")
        case .operation(let operation):
            switch operation.kind {
            case .transaction:
                throw OperationError(
                    .invalidOperation,
                    "expected a single write; run a file with transactions by `khepri exec`")
            case _ where operation.kind.isRead:
                throw OperationError(.invalidOperation, "expected a write, found a read")
            case .putMany, .deleteMany, .clearManyPayloads: return operation
            case _ where !operation.path.components.allSatisfy({ $0.denotedName != nil }):
                throw OperationError(
                    .patternMatchesManyNodes,
                    "expected the path of one node, found the pattern \(operation.path)")
            default: return operation
            }
        }
    }
}
