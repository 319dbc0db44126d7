import KhepriTree
import RaftCore
import RaftRuntime

/// What the members say of their states at certain revisions, and what follows from it.
///
/// Members that apply the same log have the same state; one that has not was damaged, or the library
/// has a bug. Each member reports the hash of its state through the log, so all see the same reports,
/// and each one compares them with what it had itself at the revision.
struct StateAudit {
    /// A command at a multiple of this is one after which the state is compared.
    static let interval: UInt64 = 4_096
    /// So is the first one of each minute of the log's time, in milliseconds.
    static let period: UInt64 = 60_000
    /// How many revisions are remembered; reports of older ones say nothing.
    static let pointsMaximum = 16

    /// What a report shows.
    enum Finding: Equatable {
        /// This member is the one whose state is wrong.
        case ownState(String)
        /// These have another state than the majority, or no majority has the same.
        case others([MemberID])
    }

    private struct Point {
        let revision: Revision
        let hash: UInt128
        var reports: [MemberID: UInt128] = [:]
        /// Who was found to differ before.
        var named: Set<MemberID> = []
    }

    private let member: MemberID
    private var configuration = Configuration.empty
    private var points: [Point] = []

    init(_ member: MemberID) { self.member = member }

    /// Whether the state after a command, which is no report itself, is compared.
    ///
    /// - Parameter earlier: The log's time before the command; 0 before the first one.
    static func compares(after entry: LogEntry, earlier: UInt64) -> Bool {
        if entry.index.rawValue.isMultiple(of: interval) { return true }
        return earlier > 0 && entry.time / period > earlier / period
    }

    /// Notes who the members are.
    mutating func note(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Notes the state that this member has after a command.
    ///
    /// - Returns: What it has to say about it, nil if there is nobody to tell.
    mutating func note(_ hash: UInt128, at revision: Revision) -> StateReport? {
        guard configuration.allMembers.contains(where: { $0 != member }) else {
            points = []
            return nil
        }
        if points.count == Self.pointsMaximum { points.removeFirst() }
        points.append(Point(revision: revision, hash: hash))
        return StateReport(
            node: member.node, incarnation: SessionID(member.incarnation), revision: revision,
            hash: hash)
    }

    /// Forgets what was before the state was replaced by that of a snapshot.
    mutating func reset() { points = [] }

    /// Takes in what a member, perhaps this one, says of its state.
    mutating func take(_ report: StateReport) -> Finding? {
        guard let place = points.firstIndex(where: { $0.revision == report.revision }) else {
            return nil
        }
        let sender = MemberID(node: report.node, incarnation: GroupID(report.incarnation))
        points[place].reports[sender] = report.hash
        return judge(&points[place])
    }

    private func judge(_ point: inout Point) -> Finding? {
        var hashes = point.reports
        hashes[member] = point.hash
        let voters = configuration.voters
        let votes = voters.compactMap { hashes[$0] }
        let common = Set(votes).first { hash in
            votes.count { $0 == hash } > voters.count / 2
        }
        guard let common else {
            guard votes.count == voters.count else { return nil }
            return name(hashes.keys.filter { hashes[$0] != point.hash }, &point)
        }
        guard common == point.hash else {
            return .ownState(
                "the state of this member at revision \(point.revision.rawValue) is not that of "
                    + "the majority")
        }
        return name(hashes.keys.filter { hashes[$0] != common }, &point)
    }

    /// Names each member once.
    private func name(_ members: [MemberID], _ point: inout Point) -> Finding? {
        let news = members.filter { point.named.insert($0).inserted }
        return news.isEmpty ? nil : .others(news.sorted())
    }
}
