import CBOR
import Foundation
import Khepri
import KhepriTree
import RaftRuntime

/// Reads a directory of the file system as puts: a directory is a node, a file is a node with its
/// contents as the payload.
///
/// Links are not followed; what is neither a file nor a directory is passed over and noted, and so
/// is what cannot be read or is no value. Two entries for one node are refused.
struct DirectoryReader {
    /// What was passed over, and why.
    struct Skipped {
        var place: String
        var reason: String
    }

    private let root: String
    private let target: TreePath
    private let valueBytesMaximum: Int
    /// What the last reading passed over.
    private(set) var skipped: [Skipped] = []

    init(root: String, target: TreePath, valueBytesMaximum: Int) {
        self.root = root
        self.target = target
        self.valueBytesMaximum = valueBytesMaximum
    }

    /// Calls `body` with a put for each node, parents first, names in the order of their bytes.
    mutating func read(_ body: (TreeOperation) async throws -> Void) async throws {
        skipped = []
        let directory = try OpenDirectory(at: root)
        try await readContents(of: directory, names: directory.names(), at: target, body)
    }

    private mutating func readContents(
        of directory: OpenDirectory, names: [[UInt8]], at path: TreePath,
        _ body: (TreeOperation) async throws -> Void
    ) async throws {
        guard !names.contains(FileName.unfinished) else {
            throw ProgramExit(.refused, "\(directory.path) holds an export that did not end")
        }
        let own = names.filter(FileName.isPayload)
        if own.count > 1 { throw Self.conflict(own[0], own[1], in: directory) }
        let payload = own.first.flatMap { self.payload(of: $0, in: directory) }
        if path != .root || payload != nil { try await body(Self.put(payload, at: path)) }
        var seen: [PathComponent: [UInt8]] = [:]
        for entry in names where !FileName.isPayload(entry) && entry != FileName.longName {
            guard let name = name(of: entry, in: directory) else { continue }
            if let other = seen.updateValue(entry, forKey: name) {
                throw Self.conflict(other, entry, in: directory)
            }
            guard path.components.count < TreeLimits.pathComponentsMaximum else {
                skip(entry, in: directory, "more than 64 levels deep")
                continue
            }
            try await readEntry(entry, in: directory, at: path.child(name), body)
        }
    }

    private mutating func readEntry(
        _ entry: [UInt8], in directory: OpenDirectory, at path: TreePath,
        _ body: (TreeOperation) async throws -> Void
    ) async throws {
        switch directory.kind(of: entry) {
        case .directory:
            let opened: (OpenDirectory, [[UInt8]])
            do {
                let child = try directory.directory(entry)
                opened = (child, try child.names())
            } catch {
                return skip(entry, in: directory, "cannot be read")
            }
            try await readContents(of: opened.0, names: opened.1, at: path, body)
        case .file:
            guard let payload = payload(of: entry, in: directory) else { return }
            try await body(Self.put(payload, at: path))
        case .missing, .other:
            skip(entry, in: directory, "neither a file nor a directory")
        }
    }

    /// The name of the node that an entry stands for; nil, and noted, if it stands for none.
    private mutating func name(of entry: [UInt8], in directory: OpenDirectory) -> PathComponent? {
        if entry.starts(with: FileName.longPrefix),
            let child = try? directory.directory(entry),
            let bytes = try? child.contents(of: FileName.longName, limit: 256),
            let name = try? PathComponent(utf8: bytes)
        {
            return name
        }
        let isJSON = entry.hasSuffix(FileName.jsonSuffix) && directory.kind(of: entry) == .file
        let encoded = isJSON ? entry.dropLast(FileName.jsonSuffix.count) : entry[...]
        if let name = try? FileName.decode(encoded) { return name }
        skip(entry, in: directory, "the name is not UTF-8")
        return nil
    }

    /// The contents of a file as a payload; nil, and noted, if it cannot be one.
    private mutating func payload(of file: [UInt8], in directory: OpenDirectory) -> Payload? {
        // The text form of a value takes at most six bytes for one.
        let isJSON = file.hasSuffix(FileName.jsonSuffix)
        let limit = isJSON ? 6 * valueBytesMaximum : valueBytesMaximum
        guard let contents = try? directory.contents(of: file, limit: limit + 1) else {
            skip(file, in: directory, "cannot be read")
            return nil
        }
        do {
            let isTooLong = contents.count > limit
            let payload = isTooLong ? nil : try Self.payload(contents, isJSON: isJSON)
            if let payload, payload.bytes.count <= valueBytesMaximum { return payload }
            skip(file, in: directory, "over the limit of \(valueBytesMaximum) bytes")
        } catch {
            skip(file, in: directory, "no value: \(error)")
        }
        return nil
    }

    private static func payload(_ contents: [UInt8], isJSON: Bool) throws -> Payload {
        guard let text = String(validating: contents, as: UTF8.self) else {
            return try Payload(.bytes(contents))
        }
        return isJSON ? try Payload(json: text) : try Payload(.text(CBORText(text)))
    }

    private static func conflict(
        _ one: [UInt8], _ two: [UInt8], in directory: OpenDirectory
    ) -> ProgramExit {
        let (one, two) = (directory.place(of: one), directory.place(of: two))
        return ProgramExit(.usage, "\(one) and \(two) stand for the same node")
    }

    private mutating func skip(_ entry: [UInt8], in directory: OpenDirectory, _ reason: String) {
        skipped.append(Skipped(place: directory.place(of: entry), reason: reason))
    }

    private static func put(_ payload: Payload?, at path: TreePath) -> TreeOperation {
        TreeOperation(.put(TreeOperation.Write(payload: payload)), at: TreePattern(path))
    }
}
