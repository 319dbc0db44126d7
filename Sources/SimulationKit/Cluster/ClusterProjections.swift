import Khepri
import RaftCore
import RaftRuntime

/// Projections of a simulated cluster's stores on its members: whenever one is looked at, it is what its
/// function makes of the tree.
final class ClusterProjections {
    private typealias Table = Projection<Int, String>

    /// What is projected, and how.
    private struct Subject: Sendable {
        let pattern: TreePattern
        let rule: ProjectionRule

        /// Many nodes have the same key, so that rules matter.
        static func row(of node: Node<Int>) -> (key: Int, row: String)? {
            node.value.map { ($0 % 3, "\(node.path) has \($0)") }
        }

        /// What the projection of a tree is.
        func rows(of view: TreeView) throws -> [Int: String] {
            var chosen: [Int: (node: Node<Int>, row: String)] = [:]
            for node in try view.nodes(matching: pattern, as: Int.self) {
                guard let (key, row) = Self.row(of: node) else { continue }
                let isNewer =
                    rule == .lastModified
                    && chosen[key].map { $0.node.modifiedRevision < node.modifiedRevision } ?? false
                // Nodes come in the order of their paths.
                if chosen[key] == nil || isNewer { chosen[key] = (node, row) }
            }
            return chosen.mapValues(\.row)
        }
    }

    /// A store on a member, in one life of its process.
    private struct Place: Hashable, Sendable {
        let member: Int
        let life: Int
        let group: GroupID
    }

    /// Projections that were made, or could not be as the store was closed meanwhile.
    private struct Arrival: Sendable {
        let place: Place
        let tables: [Table]?

        init(at place: Place, of store: TreeStore, forgets: Bool) async {
            self.place = place
            var made: [Table] = []
            for subject in subjects {
                let table = try? await store.projection(
                    over: subject.pattern, as: Int.self, rule: subject.rule
                ) { node in
                    forgets && node.modifiedRevision.rawValue % 8 == 0 ? nil : Subject.row(of: node)
                }
                if let table { made.append(table) }
            }
            tables = made.count == subjects.count ? made : nil
        }
    }

    private static let subjects = [
        Subject(pattern: ClientCall.everything, rule: .firstPath),
        Subject(pattern: "/registers/*", rule: .lastModified),
    ]

    private(set) var failure: String?
    private let plan: ClusterPlan
    private let executor: SingleThreadExecutor
    private let begun = Lock<[Arrival]>([])
    /// The projections of each place; none while they are being made.
    private var tables: [Place: [Table]] = [:]

    init(_ plan: ClusterPlan, executor: SingleThreadExecutor) {
        self.plan = plan
        self.executor = executor
    }

    private func fail(_ place: Place, _ message: String) {
        failure = failure ?? "a projection on host\(place.member) \(message)"
    }

    /// The process of a member is gone, and with it its projections.
    func abandon(member: Int) {
        for place in tables.keys where place.member == member { tables[place] = nil }
    }

    // MARK: Looking

    /// Now and then begins the projections of a member's store, looks at them, or gives them up.
    func attend(_ store: TreeStore, on member: ClusterMember, _ random: inout SeededRandom) {
        guard let life = member.process?.life, random.isOne(in: 32) else { return }
        let place = Place(member: member.number, life: life, group: store.groupID)
        guard let known = tables[place] else { return begin(store, at: place) }
        look(at: known, of: store, at: place)
        if random.isOne(in: 16) { tables[place] = nil }
    }

    private func begin(_ store: TreeStore, at place: Place) {
        tables[place] = []
        let forgets = plan.plant == .forgottenRow
        _ = Task(executorPreference: executor) { [begun] in
            let arrival = await Arrival(at: place, of: store, forgets: forgets)
            begun.withLock { $0.append(arrival) }
        }
    }

    /// Takes over what was begun.
    func settle() {
        let arrived = begun.withLock { begun in
            defer { begun = [] }
            return begun
        }
        for arrival in arrived where tables[arrival.place] != nil {
            tables[arrival.place] = arrival.tables
        }
    }

    /// A write to a store was answered on a member: it is in the projections.
    func noteWrite(to group: GroupID, at revision: Revision, on member: Int) {
        for (place, known) in tables where place.member == member && place.group == group {
            guard let late = known.first(where: { $0.revision < revision }) else { continue }
            fail(place, "is at \(late.revision) when a write at \(revision) is answered")
        }
    }

    private func look(at known: [Table], of store: TreeStore, at place: Place) {
        let view = store.view
        for (subject, table) in zip(Self.subjects, known) {
            guard let rows = try? subject.rows(of: view) else {
                return fail(place, "is of nodes that cannot be read")
            }
            guard table.revision != view.revision || table.contents != rows else { continue }
            fail(
                place,
                "is \(table.contents) at \(table.revision), expected \(rows) at \(view.revision)")
        }
    }

    /// Looks at all projections of a member's stores.
    func checkRest(on member: ClusterMember) {
        guard let life = member.process?.life else { return }
        for store in member.stores {
            let place = Place(member: member.number, life: life, group: store.groupID)
            if let known = tables[place] { look(at: known, of: store, at: place) }
        }
    }
}
