import CBOR
import Foundation
import KhepriTree

/// The operations in a file that is open: its lines, or the items of the one array in it.
struct OperationItems {
    enum Form {
        case lines, array
    }

    /// Keeps the descriptor open.
    private let handle: FileHandle
    private let form: Form
    private let name: String

    init(_ handle: FileHandle, of form: Form, name: String) {
        self.handle = handle
        self.form = form
        self.name = name
    }

    /// Takes over what a pipe gives into a file without a name.
    init(spooling descriptor: Int32, of form: Form, name: String) throws {
        guard let file = tmpfile() else {
            throw ProgramExit(
                .refused, "cannot create a temporary file: \(StandardStreams.errorMessage)")
        }
        defer { fclose(file) }
        self.init(
            FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true), of: form,
            name: name)
        var chunks = ChunkReader(descriptor, name: name)
        while let chunk = try chunks.next() {
            guard StandardStreams.write(Array(chunk), to: handle.fileDescriptor) else {
                throw ProgramExit(
                    .refused, "cannot write a temporary file: \(StandardStreams.errorMessage)")
            }
        }
    }

    /// Calls `body` with each operation; an error names the line or the place in the array.
    func read(_ body: (TreeOperation) async throws -> Void) async throws {
        lseek(handle.fileDescriptor, 0, SEEK_SET)
        var reader: any ItemReader =
            switch form {
            case .lines: LineReader(handle.fileDescriptor, name: name)
            case .array: ArrayReader(handle.fileDescriptor, name: name)
            }
        var (number, count) = (0, 0)
        var expected: UInt64?
        while let items = try reader.next() {
            for item in items {
                number += 1
                do {
                    guard let parsed = try operation(item) else { continue }
                    if parsed == .header { expected = try Self.count(in: item) ?? expected }
                    guard let operation = try parsed.imported() else { continue }
                    count += 1
                    try await body(operation)
                } catch let error as OperationError {
                    let place = form == .lines ? "line" : "operation"
                    throw ProgramExit(.usage, "\(name), \(place) \(number): \(error.message)")
                }
            }
        }
        guard let expected, expected != count else { return }
        throw ProgramExit(
            .usage, "\(name) is cut off: expected \(expected) operations, found \(count)")
    }

    /// Only lines may be empty.
    private func operation(_ item: [UInt8]) throws -> OperationLine? {
        switch form {
        case .lines: try OperationLine.reading(item)
        case .array: try item.withUnsafeBytes { try OperationLine($0) }
        }
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
