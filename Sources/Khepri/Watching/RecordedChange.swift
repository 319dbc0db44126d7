import CBOR
import KhepriTree

/// A node on one side of a change.
struct RecordedNode: Sendable {
    let properties: NodeProperties
    let payload: Payload?
}

/// One change of a node, as the history keeps it.
struct RecordedChange: Sendable {
    let revision: Revision
    let path: TreePath
    /// The node before; nil if it was not there.
    let old: RecordedNode?
    /// The node afterwards; nil if it is gone.
    let new: RecordedNode?
    /// Why it is gone.
    let reason: DeleteReason?
}

extension RecordedChange {
    private static let oldFlag: UInt64 = 1
    private static let newFlag: UInt64 = 2
    private static let keepWhileFlag: UInt64 = 4

    /// What a command did to a node.
    init(_ change: NodeChange, at revision: Revision) {
        self.revision = revision
        path = change.path
        old = (change.old ?? change.removed).map(RecordedNode.init)
        new = change.new.map(RecordedNode.init)
        reason = change.deleteReason
    }

    /// Writes the change behind its revision.
    func write(to writer: inout CBORWriter) {
        var flags: UInt64 = reason == .keepWhile ? Self.keepWhileFlag : 0
        if old != nil { flags |= Self.oldFlag }
        if new != nil { flags |= Self.newFlag }
        writer.writeUnsigned(revision.rawValue)
        writer.writeUnsigned(flags)
        writer.writeArrayHeader(path.depth)
        for name in path.components { name.write(to: &writer) }
        old?.write(to: &writer)
        new?.write(to: &writer)
    }

    /// Reads what ``write(to:)`` wrote.
    init(reading bytes: UnsafeRawBufferPointer) throws {
        var reader = CBORReader(bytes)
        revision = Revision(try reader.readUnsigned())
        let flags = try reader.readUnsigned()
        path = try TreePath(from: &reader)
        old = flags & Self.oldFlag != 0 ? try RecordedNode(from: &reader) : nil
        new = flags & Self.newFlag != 0 ? try RecordedNode(from: &reader) : nil
        reason = new != nil ? nil : flags & Self.keepWhileFlag != 0 ? .keepWhile : .explicit
    }

    /// The revision alone, of what ``write(to:)`` wrote.
    static func revision(in bytes: UnsafeRawBufferPointer) -> Revision {
        var reader = CBORReader(bytes)
        return (try? reader.readUnsigned()).map(Revision.init) ?? .zero
    }

    /// Whether the node matches a pattern before or afterwards.
    ///
    /// Of the nodes above it nothing is known but their names.
    func matches(_ walk: PatternWalk) -> Bool {
        [new, old].contains { node in
            node.map { walk.matches(path.components, $0) } ?? false
        }
    }
}

extension RecordedNode {
    fileprivate init(_ image: NodeImage) {
        properties = NodeProperties(image)
        payload = image.payload(present: nil)
    }

    fileprivate func write(to writer: inout CBORWriter) {
        if let payload {
            writer.writeBytes(payload.bytes)
        } else {
            writer.writeNull()
        }
        properties.write(to: &writer)
    }

    fileprivate init(from reader: inout CBORReader) throws {
        if try reader.readNullIfPresent() {
            payload = nil
        } else {
            payload = Payload(validated: try reader.readBytes())
        }
        properties = try NodeProperties(hasPayload: payload != nil, from: &reader)
    }
}

extension RecordedNode: NodeFacts {
    var payloadVersion: UInt64 { properties.payloadVersion }
    var childListVersion: UInt64 { properties.childListVersion }
    var childCount: UInt64 { UInt64(properties.childCount) }
    var createdRevision: UInt64 { properties.createdRevision.rawValue }
    var modifiedRevision: UInt64 { properties.modifiedRevision.rawValue }
    var childrenRevision: UInt64 { properties.childrenRevision.rawValue }
    var hasPayload: Bool { payload != nil }

    func withPayload<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard let payload else { return try body(nil) }
        return try payload.bytes.withUnsafeBytes { try body($0) }
    }
}
