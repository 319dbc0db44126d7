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

    /// Writes a change behind its revision.
    static func write(
        _ change: NodeChange, at revision: Revision, to writer: inout CBORWriter
    ) {
        let old = change.old ?? change.removed
        var flags: UInt64 = change.deleteReason == .keepWhile ? keepWhileFlag : 0
        if old != nil { flags |= oldFlag }
        if change.new != nil { flags |= newFlag }
        writer.writeUnsigned(revision.rawValue)
        writer.writeUnsigned(flags)
        writer.writeArrayHeader(change.path.depth)
        for name in change.path.components { name.write(to: &writer) }
        for image in [old, change.new] {
            guard let image else { continue }
            if let payload = image.payload(present: nil) {
                writer.writeBytes(payload.bytes)
            } else {
                writer.writeNull()
            }
            NodeProperties(image).write(to: &writer)
        }
    }

    /// Reads what ``write(_:at:to:)`` wrote.
    init(reading bytes: UnsafeRawBufferPointer) throws {
        var reader = CBORReader(bytes)
        revision = Revision(try reader.readUnsigned())
        let flags = try reader.readUnsigned()
        path = try TreePath(from: &reader)
        old = flags & Self.oldFlag != 0 ? try RecordedNode(from: &reader) : nil
        new = flags & Self.newFlag != 0 ? try RecordedNode(from: &reader) : nil
        reason = new != nil ? nil : flags & Self.keepWhileFlag != 0 ? .keepWhile : .explicit
    }

    /// The revision alone, of what ``write(_:at:to:)`` wrote.
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
