import CBOR
import RaftCore

// Arrays; further items are passed over:
//
//     answer = [ number, 0, index, output: bstr, * any ]      ; committed
//            / [ number, 1..2, failure: 1..6, * any ]         ; rejected, unknown
//            / [ number, 1..2, 0, leader: member / null, * any ]
extension ForwardedAnswer {
    func write(to writer: inout CBORWriter) {
        switch outcome {
        case .committed(let index, let output):
            writer.writeArrayHeader(4)
            writer.writeUnsigned(number)
            writer.writeUnsigned(0)
            writer.writeUnsigned(index.rawValue)
            writer.writeBytes(output)
        case .rejected(let failure): write(1, failure, to: &writer)
        case .unknown(let failure): write(2, failure, to: &writer)
        }
    }

    private func write(
        _ outcome: UInt64, _ failure: ForwardedFailure, to writer: inout CBORWriter
    ) {
        guard case .notLeader(let hint) = failure else {
            writer.writeArrayHeader(3)
            writer.writeUnsigned(number)
            writer.writeUnsigned(outcome)
            return writer.writeUnsigned(failure.code)
        }
        writer.writeArrayHeader(4)
        writer.writeUnsigned(number)
        writer.writeUnsigned(outcome)
        writer.writeUnsigned(failure.code)
        if let hint { hint.write(to: &writer) } else { writer.writeNull() }
    }

    init(from reader: inout CBORReader) throws {
        let rest = try reader.readArrayHeader(atLeast: 3)
        let number = try reader.readUnsigned()
        let outcome = try reader.readUnsigned()
        switch outcome {
        case 0:
            guard rest > 0 else { throw MessageError("expected an output, found none") }
            let index = LogIndex(try reader.readUnsigned())
            let output = try reader.readBytes()
            try reader.skip(rest - 1)
            self.init(number: number, outcome: .committed(index, output: output))
        case 1, 2:
            let failure = try ForwardedFailure(from: &reader, restCount: rest)
            let isRejected = outcome == 1
            self.init(number: number, outcome: isRejected ? .rejected(failure) : .unknown(failure))
        default: throw MessageError("expected a known outcome, found \(outcome)")
        }
    }
}

extension ForwardedFailure {
    /// The number of a failure on the wire.
    fileprivate var code: UInt64 {
        switch self {
        case .notLeader: 0
        case .overloaded: 1
        case .tooLarge: 2
        case .storageFull: 3
        case .storageFailed: 4
        case .timedOut: 5
        case .shuttingDown: 6
        }
    }

    /// Reads a failure and the items behind it.
    fileprivate init(from reader: inout CBORReader, restCount: Int) throws {
        let code = try reader.readUnsigned()
        var rest = restCount
        switch code {
        case 0:
            guard rest > 0 else { throw MessageError("expected a leader or null, found none") }
            rest -= 1
            let isUnknown = try reader.readNullIfPresent()
            self = .notLeader(hint: isUnknown ? nil : try MemberID(from: &reader))
        case 1: self = .overloaded
        case 2: self = .tooLarge
        case 3: self = .storageFull
        case 4: self = .storageFailed
        case 5: self = .timedOut
        case 6: self = .shuttingDown
        default: throw MessageError("expected a known failure, found \(code)")
        }
        try reader.skip(rest)
    }
}
