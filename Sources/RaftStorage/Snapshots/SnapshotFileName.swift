import RaftCore

/// The name of a published snapshot: group, index and term in hexadecimal digits.
struct SnapshotFileName: Hashable {
    let group: GroupID
    let position: LogPosition

    private static let ending = ".snapshot"
    private static let temporaryEnding = ".tmp"

    init(group: GroupID, position: LogPosition) {
        self.group = group
        self.position = position
    }

    init?(_ name: String) {
        let parts = name.dropLast(Self.ending.count).split(separator: "-")
        guard parts.count == 3, parts[0].utf8.count == 32,
            let high = UInt64(parts[0].prefix(16), radix: 16),
            let low = UInt64(parts[0].suffix(16), radix: 16),
            let index = UInt64(parts[1], radix: 16), let term = UInt64(parts[2], radix: 16)
        else { return nil }
        group = GroupID(high: high, low: low)
        position = LogPosition(index: LogIndex(index), term: Term(term))
        guard text.utf8.elementsEqual(name.utf8) else { return nil }
    }

    /// The name in the directory.
    var text: String { stem + Self.ending }

    /// The name while it is written: of the same snapshot one may be taken here and one received.
    func temporaryText(salt: UInt64) -> String {
        "\(stem)-\(hexadecimal(salt))" + Self.temporaryEnding
    }

    /// Whether a name is that of a file still written, or left behind by a crash.
    static func isTemporary(_ name: String) -> Bool { name.hasSuffix(temporaryEnding) }

    private var stem: String {
        let index = hexadecimal(position.index.rawValue)
        let term = hexadecimal(position.term.rawValue)
        return "\(hexadecimal(group.high))\(hexadecimal(group.low))-\(index)-\(term)"
    }
}
