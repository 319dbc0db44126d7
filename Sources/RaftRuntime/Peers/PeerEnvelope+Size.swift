extension PeerEnvelope {
    /// About the bytes of the frame, without making it.
    package var estimatedBytes: Int {
        let fixed = 128
        switch content {
        case .raft(_, .none): return fixed
        case .raft(_, .entries(let entries)):
            return entries.reduce(fixed) { $0 + 32 + $1.payload.count }
        case .raft(_, .bytes(let bytes)): return fixed + bytes.count
        case .commands(let commands):
            return commands.reduce(fixed) { $0 + 32 + $1.payload.count }
        case .answers(let answers): return answers.reduce(fixed) { $0 + $1.estimatedBytes }
        }
    }
}

extension ForwardedAnswer {
    fileprivate var estimatedBytes: Int {
        if case .committed(_, let output) = outcome { 32 + output.count } else { 32 }
    }
}
