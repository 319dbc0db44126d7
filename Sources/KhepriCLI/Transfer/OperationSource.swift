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
        case items(OperationItems)
    }

    private var kind: Kind
    private let relocation: Relocation

    /// Opens a directory, a file, or for `-` the standard input.
    init(_ place: String, to relocation: Relocation, valueBytesMaximum: Int) throws {
        self.relocation = relocation
        if place == "-" {
            kind = .items(try OperationItems(spooling: 0, of: .lines, name: "the input"))
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
            let form: OperationItems.Form = place.hasSuffix(".json") ? .array : .lines
            // A pipe can be read only once.
            kind = .items(
                FileKind(at: place) == .file
                    ? OperationItems(handle, of: form, name: place)
                    : try OperationItems(
                        spooling: handle.fileDescriptor, of: form, name: place))
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
        case .items(let items):
            try await items.read { try await body(try relocation.moved($0)) }
        }
    }
}
