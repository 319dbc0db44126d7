/// The value of a node: one CBOR data item in core deterministic encoding, kept as its bytes.
public struct Payload: Hashable, Sendable {
    /// The encoded item.
    public let bytes: [UInt8]

    /// Wraps bytes that are known to be one deterministic data item.
    package init(validated bytes: [UInt8]) {
        self.bytes = bytes
    }
}
