import RaftCore
import RaftRuntime

/// Which configurations of a group may be in force, as far as one member has shown.
///
/// What a member has at the end of its log may be gone after a power cut, and the one before be in force
/// again; only a committed one is there to stay.
struct KnownConfigurations {
    private var known: [(configuration: Configuration, end: LogIndex)] = []

    /// All that may be in force, the newest last.
    var all: [Configuration] { known.map(\.configuration) }

    /// Takes in how the member stands; says whether its configuration is another one than before.
    mutating func note(_ status: GroupStatus) -> Bool {
        // Who has not heard of any knows no less than before.
        let isOther =
            status.configuration != .empty && known.last?.configuration != status.configuration
        if isOther { known.append((status.configuration, status.lastPosition.index)) }
        if let place = known.lastIndex(where: { $0.end <= status.commitIndex }) {
            known.removeFirst(place)
        }
        return isOther
    }
}
