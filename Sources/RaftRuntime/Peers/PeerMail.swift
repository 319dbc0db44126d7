/// What peers have sent and the driver has not taken yet, bounded in number and bytes.
///
/// What does not fit is dropped, as a network would lose it: a driver that is behind shall not be
/// buried in memory, and the core repeats what is missing.
struct PeerMail: Sendable {
    private(set) var envelopes: [PeerEnvelope] = []
    /// About the bytes of the envelopes.
    private var bytes = 0
    /// How many envelopes did not fit.
    private(set) var droppedCount = 0

    /// Adds what fits; an empty mail has room for any envelope.
    mutating func add(_ new: [PeerEnvelope], countMaximum: Int, bytesMaximum: Int) {
        for envelope in new {
            let size = envelope.estimatedBytes
            let fits = envelopes.count < countMaximum && bytes + size <= bytesMaximum
            guard fits || envelopes.isEmpty else {
                droppedCount += 1
                continue
            }
            envelopes.append(envelope)
            bytes += size
        }
    }

    mutating func removeAll() {
        envelopes.removeAll(keepingCapacity: true)
        bytes = 0
        droppedCount = 0
    }
}
