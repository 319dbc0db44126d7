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
struct DirectoryWriter {
    let view: TreeView
    /// Called with the number of nodes written so far.
    let progress: (Int) -> Void
    private var count = 0

    init(view: TreeView, progress: @escaping (Int) -> Void) {
        self.view = view
        self.progress = progress
    }

    /// Writes what is below `path` into a directory that must be empty or missing.
    ///
    /// On failure nothing is left in the directory; after a crash it holds the file `%unfinished`.
    /// - Returns: How many nodes were written.
    mutating func write(_ path: TreePath, to place: String) throws -> Int {
        let isNew = mkdir(place, 0o700) == 0
        let directory = try OpenDirectory(at: place)
        guard try directory.names().isEmpty else {
            throw ProgramExit(.refused, "\(place) is not empty: expected a new or empty directory")
        }
        do {
            try directory.write([], to: FileName.unfinished)
            try writeContents(of: path, to: directory)
            try directory.removeFile(FileName.unfinished)
            return count
        } catch {
            try? directory.removeContents()
            if isNew { rmdir(place) }
            throw error
        }
    }

    private mutating func writeContents(of path: TreePath, to directory: OpenDirectory) throws {
        if let own = try view.get(path, as: Payload.self) {
            try write(own, to: FileName.payload, in: directory)
        }
        var longCount = 0
        for name in view.childNames(of: path) ?? [] {
            guard let node = try view.node(at: path.child(name), as: Payload.self),
                view.storedNode(at: node.path)?.isLeased != true
            else { continue }
            count += 1
            progress(count)
            let file = FileName.encode(name)
            if file.count > FileName.bytesMaximum {
                longCount += 1
                let child = try directory.makeDirectory(FileName.longPrefix + "\(longCount)".utf8)
                try child.write(name.withUTF8 { Array($0) }, to: FileName.longName)
                try writeContents(of: node.path, to: child)
            } else if let value = node.value, node.childCount == 0,
                file.count + FileName.jsonSuffix.count <= FileName.bytesMaximum
            {
                try write(value, to: file, in: directory)
            } else {
                try writeContents(of: node.path, to: try directory.makeDirectory(file))
            }
        }
    }

    private func write(
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
