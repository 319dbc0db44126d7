import CBOR
import Foundation
import Khepri
import KhepriTree

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads a directory of the file system as puts: a directory is a node, a file is a node with its
/// contents as the payload.
///
/// Links are not followed; what is neither a file nor a directory is passed over and counted.
struct DirectoryReader {
    /// What was passed over, and why.
    struct Skipped {
        var path: String
        var reason: String
    }

    let root: String
    let target: TreePath
    let valueBytesMaximum: Int
    private(set) var skipped: [Skipped] = []

    init(root: String, target: TreePath, valueBytesMaximum: Int) {
        self.root = root
        self.target = target
        self.valueBytesMaximum = valueBytesMaximum
    }

    /// Calls `body` with a put for each node, parents first, names in the order of their bytes.
    mutating func read(_ body: (TreeOperation) async throws -> Void) async throws {
        try await readDirectory(root, at: target, body)
    }

    private mutating func readDirectory(
        _ directory: String, at path: TreePath, _ body: (TreeOperation) async throws -> Void
    ) async throws {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            skipped.append(Skipped(path: directory, reason: "cannot be read"))
            return
        }
        let payload = [FileName.payload, FileName.payload + FileName.jsonSuffix]
            .first { entries.contains($0) }
        let own = try payload.flatMap { try self.payload(inFile: directory + "/" + $0) }
        if path != .root || own != nil { try await body(Self.put(own, at: path)) }
        let names = entries.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for entry in names where entry != payload {
            try await readEntry(entry, in: directory, at: path, body)
        }
    }

    private mutating func readEntry(
        _ entry: String, in directory: String, at path: TreePath,
        _ body: (TreeOperation) async throws -> Void
    ) async throws {
        let file = directory + "/" + entry
        let isJSON = entry.hasSuffix(FileName.jsonSuffix)
        guard let name = try? FileName.decode(isJSON ? String(entry.dropLast(6)) : entry),
            path.components.count < TreeLimits.pathComponentsMaximum
        else {
            skipped.append(Skipped(path: file, reason: "is no possible name of a node"))
            return
        }
        switch FileKind(at: file) {
        case .directory:
            try await readDirectory(file, at: path.child(name), body)
        case .file:
            guard let payload = try payload(inFile: file) else { return }
            try await body(Self.put(payload, at: path.child(name)))
        case .missing, .other:
            skipped.append(Skipped(path: file, reason: "is neither a file nor a directory"))
        }
    }

    /// The contents of a file as a payload; nil, and noted, if it cannot be one.
    private mutating func payload(inFile file: String) throws -> Payload? {
        guard let contents = Self.contents(of: file, limit: valueBytesMaximum + 1) else {
            skipped.append(Skipped(path: file, reason: "cannot be read"))
            return nil
        }
        do {
            let payload: Payload
            if file.hasSuffix(FileName.jsonSuffix) {
                payload = try Payload(json: String(decoding: contents, as: UTF8.self))
            } else if let text = String(validating: contents, as: UTF8.self) {
                payload = try Payload(.text(CBORText(text)))
            } else {
                payload = try Payload(.bytes(contents))
            }
            guard payload.bytes.count <= valueBytesMaximum else {
                skipped.append(Skipped(path: file, reason: "is over \(valueBytesMaximum) bytes"))
                return nil
            }
            return payload
        } catch {
            skipped.append(Skipped(path: file, reason: "is no value: \(error)"))
            return nil
        }
    }

    /// The bytes of a regular file, without following a link even if it was put there just now.
    private static func contents(of file: String, limit: Int) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let data = try? handle.read(upToCount: limit) else { return [] }
        return [UInt8](data)
    }

    private static func put(_ payload: Payload?, at path: TreePath) -> TreeOperation {
        TreeOperation(.put(TreeOperation.Write(payload: payload)), at: TreePattern(path))
    }
}
