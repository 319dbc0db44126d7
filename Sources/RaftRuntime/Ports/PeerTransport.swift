/// The way to the other hosts of a cluster, shared by all groups of a host.
///
/// Delivery is best effort: an envelope arrives once, late, or not at all, and the core repeats what
/// matters. Between two hosts the order is kept, but pieces of snapshots may be overtaken by anything.
package protocol PeerTransport: AnyObject, Sendable {
    /// Names the only one who takes what arrives, in batches, on any thread; before the first ``send(_:)``.
    func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void)

    /// Queues envelopes for their receivers and returns at once; what does not fit is dropped.
    func send(_ envelopes: [PeerEnvelope])
}
