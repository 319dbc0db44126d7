import CBOR
import Foundation
import Khepri
import KhepriTree

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Writes a subtree as directories and files that ``DirectoryReader`` reads back exactly.
///
/// | node | in the file system |
/// | --- | --- |
/// | without a payload | a directory |
/// | with text, or bytes that are no text | a file with these bytes |
/// | with another payload | a file `NAME%.json` with the value in JSON |
/// | with a payload and children | a directory with the payload in the file `%value` or `%value%.json` |
struct DirectoryWriter {
    let view: TreeView
    /// Said once for each node written.
    var onNode: () -> Void = {}

    /// Writes what is below `path` into a directory that must be empty or missing.
    func write(_ path: TreePath, to directory: String) throws {
        try makeDirectory(directory)
        let existing = try FileManager.default.contentsOfDirectory(atPath: directory)
        guard existing.isEmpty else {
            throw ProgramExit(
                .refused, "\(directory) is not empty: expected a new or empty directory")
        }
        try writeContents(of: path, to: directory)
    }

    private func writeContents(of path: TreePath, to directory: String) throws {
        if let own = try view.get(path, as: Payload.self) {
            try writePayload(own, to: directory + "/" + FileName.payload)
        }
        for name in view.childNames(of: path) ?? [] {
            guard let node = try view.node(at: path.child(name), as: Payload.self) else { continue }
            onNode()
            let file = FileName.encode(name)
            guard file.utf8.count + FileName.jsonSuffix.utf8.count <= FileName.bytesMaximum else {
                throw ProgramExit(
                    .refused,
                    "the name of \(node.path) is too long for a file: export to a .jsonl file")
            }
            if let value = node.value, node.childCount == 0 {
                try writePayload(value, to: directory + "/" + file)
            } else {
                try makeDirectory(directory + "/" + file)
                try writeContents(of: node.path, to: directory + "/" + file)
            }
        }
    }

    private func writePayload(_ payload: Payload, to file: String) throws {
        switch try CBORValue(decoding: payload.bytes) {
        case .text(let text):
            try write(Array(text.string.utf8), to: file)
        case .bytes(let bytes) where String(validating: bytes, as: UTF8.self) == nil:
            try write(bytes, to: file)
        default:
            try write(Array(payload.jsonText.utf8) + [10], to: file + FileName.jsonSuffix)
        }
    }

    private func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw ProgramExit(
                .refused, "cannot create \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Creates a file that is not there yet; a link in its place is refused.
    private func write(_ bytes: [UInt8], to file: String) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ProgramExit(
                .refused, "cannot create \(file): \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: bytes)
            try handle.close()
        } catch {
            throw ProgramExit(.refused, "cannot write \(file): \(error)")
        }
    }
}
