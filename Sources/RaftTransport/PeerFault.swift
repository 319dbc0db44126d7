import NIOCore
import RaftCore

/// Why a connection between hosts ended or did not come about.
enum PeerFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// This side does not talk to the other.
    case refused(PeerRefusal)
    /// The other side does not talk to this one.
    case refusedByPeer(PeerRefusal)
    case frameTooLong(Int)
    case malformedFrame(String)
    /// The connection ended in the middle of a frame.
    case cutFrame
    case noGreeting
    /// Plaintext would leave the machine.
    case plaintextOffLoopback
    /// Nothing that is written gets through.
    case stalled
    /// The other side opened another connection for the same lane.
    case replaced
    case tooManyConnections
    /// Others that are no members were heard later.
    case tooManyStrangers
    case closed
    /// The two sides do not agree on TLS.
    case encryption(TLSFailure)
    /// The operating system gives the reason.
    case system(String)

    /// Wraps whatever NIO says.
    init(_ error: any Error) {
        if let fault = error as? PeerFault {
            self = fault
        } else if let failure = TLSFailure(error) {
            self = .encryption(failure)
        } else {
            self = .system("\(error)")
        }
    }

    var description: String {
        switch self {
        case .refused(let refusal): "the other side is refused: \(refusal.description)"
        case .refusedByPeer(let refusal): "refused by the other side: \(refusal.description)"
        case .frameTooLong(let length): "expected a shorter frame, found \(length) bytes"
        case .malformedFrame(let reason): "expected an envelope: \(reason)"
        case .cutFrame: "the connection ended within a frame"
        case .noGreeting: "no greeting came in time"
        case .plaintextOffLoopback: "plaintext is allowed on loopback only, give certificates"
        case .stalled: "nothing that is written gets through"
        case .replaced: "the other side opened a newer connection"
        case .tooManyStrangers: "too many that are no members are connected"
        case .tooManyConnections: "too many connections wait for their greeting"
        case .closed: "closed"
        case .encryption(let failure): failure.description
        case .system(let reason): reason
        }
    }
}

extension PeerRefusal: CustomStringConvertible {
    var description: String {
        switch self {
        case .malformed: "no greeting of this protocol"
        case .newerVersion: "a newer version of the protocol"
        case .wrongCluster: "another cluster"
        case .wrongReceiver: "it wants another member or incarnation"
        case .wrongSender: "another member or incarnation than the expected one"
        case .wrongCertificate: "a certificate of another member"
        }
    }
}
