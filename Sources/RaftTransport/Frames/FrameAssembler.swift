import NIOCore

/// Puts frames together from what a socket reads: four bytes of length, most significant first, and
/// as many bytes.
///
/// A length is believed when that many bytes have arrived; until then memory grows with the bytes.
struct FrameAssembler {
    /// The longest frame of a connection that is greeted, without its length.
    static let frameBytesMaximum = 32 << 20

    /// The longest frame that is taken now.
    var frameBytesMaximum: Int
    private var pending = ByteBuffer()

    init(frameBytesMaximum: Int) {
        self.frameBytesMaximum = frameBytesMaximum
    }

    /// Whether a frame has begun and not ended.
    var isInFrame: Bool { pending.readableBytes > 0 }

    /// Adds what was read; the first bytes after a frame are taken over without a copy.
    mutating func add(_ bytes: ByteBuffer) {
        guard isInFrame else { return pending = bytes }
        if pending.readerIndex > pending.writerIndex / 2 { pending.discardReadBytes() }
        pending.writeImmutableBuffer(bytes)
    }

    /// Takes out the next whole frame, or nil.
    ///
    /// - Throws: ``PeerFault`` if a frame is longer than allowed.
    mutating func next() throws(PeerFault) -> ByteBuffer? {
        guard let length = pending.getInteger(at: pending.readerIndex, as: UInt32.self) else {
            return nil
        }
        guard length <= frameBytesMaximum else { throw .frameTooLong(Int(length)) }
        guard pending.readableBytes >= 4 + Int(length) else { return nil }
        pending.moveReaderIndex(forwardBy: 4)
        return pending.readSlice(length: Int(length))
    }
}
