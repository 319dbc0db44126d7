import CBOR
import Foundation
import Khepri
import KhepriTree

/// Writes a subtree as directories and files that ``DirectoryReader`` reads back exactly.
///
/// | node | in the file system |
/// | --- | --- |
/// | without a payload | a directory |
/// | with text, or bytes that are no text | a file with these bytes |
/// | with another payload | a file `NAME%.json` with the value in JSON |
/// | with a payload and children | a directory with the payload in the file `%value` or `%value%.json` |
/// | with a name too long for a file | a directory `%long-1` with the name in the file `%name` |
///
/// It takes the operations of an export in their order, and holds one node back: only the next one tells
/// whether it has children.
struct DirectoryWriter {
    /// A node that is a directory, on the way to the last one.
    private struct OpenNode {
        let path: TreePath
        let directory: OpenDirectory
        /// How many of its children have names that are too long.
        var longCount = 0
    }

    /// Called with the number of nodes written so far.
    private let progress: (Int) -> Void
    private let top: TreePath
    /// From the top down.
    private var openNodes: [OpenNode]
    /// The last node, which is not written yet.
    private var last: (path: TreePath, payload: Payload?)?
    private var count = 0

    /// Writes what is below a node into a directory that must be empty or missing.
    ///
    /// On failure nothing is left in the directory; after a crash it holds the file `%unfinished`.
    /// - Parameters:
    ///   - top: The node that becomes the directory itself.
    ///   - operations: Calls its argument with the operations of an export.
    /// - Returns: How many nodes were written.
    static func write(
        _ top: TreePath, to place: String, progress: @escaping (Int) -> Void,
        _ operations: ((TreeOperation) throws -> Void) async throws -> Void
    ) async throws -> Int {
        let isNew = mkdir(place, 0o700) == 0
        let directory = try OpenDirectory(at: place)
        guard try directory.names().isEmpty else {
            throw ProgramExit(.refused, "\(place) is not empty: expected a new or empty directory")
        }
        do {
            try directory.write([], to: FileName.unfinished)
            var writer = DirectoryWriter(
                progress: progress, top: top,
                openNodes: [OpenNode(path: top, directory: directory)])
            try await operations { try writer.add($0) }
            try writer.writeLast(hasChildren: false)
            try directory.removeFile(FileName.unfinished)
            return writer.count
        } catch {
            try? directory.removeContents()
            if isNew { rmdir(place) }
            throw error
        }
    }

    private mutating func add(_ operation: TreeOperation) throws {
        guard case .put(let write) = operation.kind, let path = operation.path.exactPath else {
            preconditionFailure("an export is made of puts")
        }
        // Behind all nodes come those again that are tied to others.
        if let last, path <= last.path { return }
        let above = last?.path.components
        try writeLast(hasChildren: above.map { path.components.starts(with: $0) } ?? false)
        last = (path, write.payload)
    }

    private mutating func writeLast(hasChildren: Bool) throws {
        guard let (path, payload) = last else { return }
        if path == top {
            let directory = openNodes[0].directory
            if let payload { try Self.write(payload, to: FileName.payload, in: directory) }
            return
        }
        while let node = openNodes.last, !path.components.starts(with: node.path.components) {
            openNodes.removeLast()
        }
        // Nodes that only hold their children together are not told of.
        while openNodes[openNodes.count - 1].path.depth + 1 < path.depth {
            let depth = openNodes[openNodes.count - 1].path.depth + 1
            let above = TreePath(components: Array(path.components.prefix(depth)))
            try write(above, nil, hasChildren: true)
        }
        try write(path, payload, hasChildren: hasChildren)
    }

    /// Writes a node into the directory that is open last, and opens its own if it has children.
    private mutating func write(_ path: TreePath, _ payload: Payload?, hasChildren: Bool) throws {
        guard let name = path.name else { preconditionFailure("only the root has no name") }
        count += 1
        progress(count)
        let parent = openNodes[openNodes.count - 1].directory
        let file = FileName.encode(name)
        let directory: OpenDirectory
        if file.count > FileName.bytesMaximum {
            openNodes[openNodes.count - 1].longCount += 1
            let number = openNodes[openNodes.count - 1].longCount
            directory = try parent.makeDirectory(FileName.longPrefix + "\(number)".utf8)
            try directory.write(name.withUTF8 { Array($0) }, to: FileName.longName)
        } else if let payload, !hasChildren,
            file.count + FileName.jsonSuffix.count <= FileName.bytesMaximum
        {
            return try Self.write(payload, to: file, in: parent)
        } else {
            directory = try parent.makeDirectory(file)
        }
        if let payload { try Self.write(payload, to: FileName.payload, in: directory) }
        if hasChildren { openNodes.append(OpenNode(path: path, directory: directory)) }
    }

    private static func write(
        _ payload: Payload, to file: [UInt8], in directory: OpenDirectory
    ) throws {
        switch try CBORValue(decoding: payload.bytes) {
        case .text(let text):
            try directory.write(Array(text.string.utf8), to: file)
        case .bytes(let bytes) where String(validating: bytes, as: UTF8.self) == nil:
            try directory.write(bytes, to: file)
        default:
            let json = Array(payload.jsonText.utf8) + [10]
            try directory.write(json, to: file + FileName.jsonSuffix)
        }
    }
}
