import RaftCore
import RaftRuntime

/// What waits for one lane of one peer, in order, bounded in bytes.
///
/// What does not fit is dropped rather than what waits: appends build on those before them, so
/// a hole in front would make everything behind it useless, and the core repeats what is missing.
struct EnvelopeQueue {
    let bytesMaximum: Int
    private var envelopes: [PeerEnvelope] = []
    private var head = 0
    /// About the bytes that wait.
    private(set) var bytes = 0

    init(bytesMaximum: Int) {
        self.bytesMaximum = bytesMaximum
    }

    var count: Int { envelopes.count - head }
    var isEmpty: Bool { count == 0 }

    /// Adds an envelope; false if it does not fit, which never happens to an empty queue.
    mutating func add(_ envelope: PeerEnvelope) -> Bool {
        let size = envelope.estimatedBytes
        guard isEmpty || bytes + size <= bytesMaximum else { return false }
        envelopes.append(envelope)
        bytes += size
        return true
    }

    /// Takes out the first envelopes, about that many bytes and at least one if there is any.
    mutating func take(bytes limit: Int) -> [PeerEnvelope] {
        var end = head
        var size = 0
        while end < envelopes.count, size < limit {
            size += envelopes[end].estimatedBytes
            end += 1
        }
        bytes -= size
        guard end < envelopes.count else {
            defer { removeAll() }
            return head == 0 ? envelopes : Array(envelopes[head...])
        }
        defer { head = end }
        let taken = Array(envelopes[head..<end])
        if end > envelopes.count / 2 {
            envelopes.removeFirst(end)
            end = 0
        }
        return taken
    }

    /// Drops everything.
    mutating func removeAll() {
        envelopes = []
        head = 0
        bytes = 0
    }
}

extension PeerEnvelope {
    /// Which connection the envelope takes.
    var lane: Lane {
        if case .raft(_, .bytes) = content { .bulk } else { .ordered }
    }
}
