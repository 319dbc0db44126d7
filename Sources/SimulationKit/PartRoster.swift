import RaftRuntime

/// The parts of the hosts that run in a world, in the order in which they began.
final class PartRoster: Sendable {
    private let parts = Lock<[(host: Int, part: any Drained)]>([])

    var all: [any Drained] { parts.withLock { $0.map(\.part) } }

    /// Takes over a part of a host.
    func attend(_ part: any Drained, of host: Int) {
        parts.withLock { $0.append((host, part)) }
    }

    /// Lets a part go that has stopped.
    func remove(_ part: any Drained) {
        parts.withLock { parts in parts.removeAll { $0.part === part } }
    }

    /// Lets a host stand still for ever, as the end of its process does.
    func abandon(host: Int) {
        // Released after the lock: what a part holds may come back here.
        let abandoned = parts.withLock { parts in
            defer { parts.removeAll { $0.host == host } }
            return parts
        }
        withExtendedLifetime(abandoned) {}
    }
}
