import CBOR
import NIOCore
import RaftRuntime

/// Writes frames one behind the other into one buffer.
struct FrameWriter: ~Copyable {
    private var writer = CBORWriter(capacity: 4_096)

    /// Appends an envelope as a frame; false if it is longer than a frame may be.
    mutating func write(_ envelope: PeerEnvelope, to buffer: inout ByteBuffer) -> Bool {
        writer.reset()
        envelope.write(to: &writer)
        guard writer.count <= FrameAssembler.frameBytesMaximum else { return false }
        appendFrame(to: &buffer)
        return true
    }

    /// Appends a greeting as a frame.
    mutating func write(_ greeting: Greeting, to buffer: inout ByteBuffer) {
        writer.reset()
        greeting.write(to: &writer)
        precondition(writer.count <= Greeting.bytesMaximum, "a greeting is short")
        appendFrame(to: &buffer)
    }

    private func appendFrame(to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt32(writer.count))
        _ = writer.withUnsafeBytes { buffer.writeBytes($0) }
    }
}
