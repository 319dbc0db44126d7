import NIOCore
import RaftCore

/// What a connection is made for, and told; on the event loop.
protocol DialledLink: AnyObject, Sendable {
    var peer: MemberID { get }
    var lane: Lane { get }
    var eventLoop: any EventLoop { get }

    /// A connection is there; false if nobody wants it any more.
    func began(_ channel: any Channel) -> Bool
    /// How many bytes were given to connections so far.
    var sentBytes: Int { get }
    /// The peer has greeted.
    func connected(role: String)
    /// The connection takes more.
    func drain()
    /// The connection ended, or did not come about.
    func lost(_ fault: PeerFault)
}
