import Khepri
import RaftCore
import RaftRuntime

/// Readers of the changes of a simulated cluster's stores, who go on where they were, on any member.
///
/// They read now and then, one page at a time, so what they read comes from the history, or as it
/// happens, or from where the two meet.
final class ClusterWatchers {
    /// What may be watched.
    private struct Subject: Sendable {
        let pattern: TreePattern
        let concerns: @Sendable (WatchMirror.Image) -> Bool

        init(
            _ pattern: TreePattern,
            concerns: @escaping @Sendable (WatchMirror.Image) -> Bool = { _ in true }
        ) {
            self.pattern = pattern
            self.concerns = concerns
        }
    }

    /// A reader, and how far it is.
    private struct Watcher {
        var home: Int
        var subject: Int
        var group: GroupID?
        var mirror: WatchMirror
        /// Where it reads; nil while it does not.
        var place: (member: Int, changes: TreeChanges)?
        /// How often it has begun to read; tells late pages of an earlier time from those it waits for.
        var lifeCount = 0
        /// Whether the next change is the first one since it went on.
        var isFresh = false
    }

    private enum Page: Sendable {
        case changes([WatchMirror.Change])
        case end(StoreError?)
        case unreadable(String)

        /// Waits for what is told next.
        init(of changes: TreeChanges) async {
            do {
                let page = try await changes.next()
                self =
                    try page.map { .changes(try $0.map { try WatchMirror.Change($0) }) }
                    ?? .end(nil)
            } catch let error as StoreError where error.code != .valueCoding {
                self = .end(error)
            } catch {
                self = .unreadable("\(error)")
            }
        }
    }

    /// A page that has come, and for whom.
    private struct Arrival: Sendable {
        let watcher: Int
        let life: Int
        let page: Page
    }

    /// What all readers of the same changes are to be told at a revision.
    private struct Topic: Hashable {
        let group: GroupID
        let subject: Int
        let revision: UInt64
    }

    private static let subjects = [
        Subject("/registers/*"), Subject(ClientCall.everything), Subject("/pair/right"),
        Subject("/registers/0"),
        Subject(TreePattern("/registers").child(where: .payloadVersion(3...))) {
            $0.payloadVersion >= 3
        },
        leased,
    ]
    /// What only tenants write.
    private static let leased = Subject("/leased/**")

    private(set) var failure: String?
    private let plan: ClusterPlan
    private let executor: SingleThreadExecutor
    private let pages = Lock<[Arrival]>([])
    private var watchers: [Watcher] = []
    private var told: [Topic: [WatchMirror.Change]] = [:]

    init(_ plan: ClusterPlan, executor: SingleThreadExecutor) {
        self.plan = plan
        self.executor = executor
    }

    var count: Int { watchers.count }

    private func fail(_ watcher: Int, _ message: String) {
        let subject = Self.subjects[watchers[watcher].subject].pattern
        failure = failure ?? "watcher \(watcher) of \(subject): \(message)"
    }

    /// Gives each member some readers.
    func settleDown(_ random: inout SeededRandom) {
        for number in 0..<plan.memberCount * plan.watchersPerMember {
            let subject = random.number(
                below: plan.tenantCount == 0 ? Self.subjects.count - 1 : Self.subjects.count)
            watchers.append(
                Watcher(
                    home: number % plan.memberCount, subject: subject,
                    mirror: Self.mirror(of: subject)))
        }
    }

    private static func mirror(of subject: Int) -> WatchMirror {
        WatchMirror(concerns: subjects[subject].concerns)
    }

    // MARK: Reading

    /// Lets a watcher read a page.
    ///
    /// - Returns: Whether it does; if not, there is no store to read from.
    func read(_ number: Int, _ members: [ClusterMember], _ random: inout SeededRandom) -> Bool {
        if watchers[number].place == nil, !goOn(number, members, &random) { return false }
        guard let changes = watchers[number].place?.changes else { return false }
        let life = watchers[number].lifeCount
        _ = Task(executorPreference: executor) { [pages] in
            let page = await Page(of: changes)
            pages.withLock { $0.append(Arrival(watcher: number, life: life, page: page)) }
        }
        return true
    }

    /// Begins to read where the watcher was, or somewhere if that store is nowhere.
    private func goOn(
        _ number: Int, _ members: [ClusterMember], _ random: inout SeededRandom
    ) -> Bool {
        var watcher = watchers[number]
        let first = random.isOne(in: 4) ? random.number(below: members.count) : watcher.home
        let stores = members.indices.flatMap { place -> [(member: Int, store: TreeStore)] in
            let member = members[(first + place) % members.count]
            return member.stores.map { (member.number, $0) }
        }
        if watcher.group == nil {
            guard !stores.isEmpty else { return false }
            watcher.group = stores[random.number(below: stores.count)].store.groupID
        }
        guard let found = stores.first(where: { $0.store.groupID == watcher.group }) else {
            return false
        }
        watcher.mirror.rewind()
        var start = WatchStart.current
        if let revision = watcher.mirror.revision {
            start = .revision(Revision(plan.plant == .repeatedChange ? revision - 1 : revision))
            watcher.isFresh = true
        }
        let pattern = Self.subjects[watcher.subject].pattern
        watcher.place = (found.member, found.store.changes(matching: pattern, since: start))
        watcher.lifeCount += 1
        watchers[number] = watcher
        return true
    }

    /// The process of a member is gone, and with it what reads there.
    func abandon(member: Int) {
        for number in watchers.indices where watchers[number].place?.member == member {
            stop(number)
        }
    }

    private func stop(_ number: Int) {
        watchers[number].place = nil
        watchers[number].lifeCount += 1
    }

    /// A store is gone for good, and its watchers look for another one.
    private func forget(_ number: Int) {
        watchers[number].group = nil
        watchers[number].mirror = Self.mirror(of: watchers[number].subject)
    }

    // MARK: What was read

    /// Takes in what was read.
    ///
    /// - Parameters:
    ///   - mayBeDeleted: Whether somebody may have deleted the store of a group.
    ///   - noteSeen: Told of each number and the revision of its write.
    ///   - noteRevision: Told of all changes of a revision that somebody was told.
    /// - Returns: Whose page has come, if only from a process that is gone.
    func settle(
        _ members: [ClusterMember], mayBeDeleted: (GroupID) -> Bool,
        _ random: inout SeededRandom,
        noteSeen: (_ number: UInt64, _ revision: Revision, _ member: Int) -> Void,
        noteRevision: ([WatchMirror.Change], GroupID) -> Void
    ) -> [Int] {
        let arrived = pages.withLock { pages in
            defer { pages = [] }
            return pages
        }
        var readers: [Int] = []
        for arrival in arrived.sorted(by: { $0.watcher < $1.watcher }) {
            let number = arrival.watcher
            readers.append(number)
            guard watchers[number].lifeCount == arrival.life, let place = watchers[number].place
            else { continue }
            switch arrival.page {
            case .changes(let changes):
                take(changes, number, { noteSeen($0, $1, place.member) }, noteRevision)
                if random.isOne(in: 8) { stop(number) }
            case .end(let error):
                stop(number)
                check(error, number, members[place.member], mayBeDeleted)
            case .unreadable(let message): fail(number, message)
            }
        }
        return readers
    }

    private func take(
        _ changes: [WatchMirror.Change], _ number: Int,
        _ noteSeen: (UInt64, Revision) -> Void,
        _ noteRevision: ([WatchMirror.Change], GroupID) -> Void
    ) {
        guard let group = watchers[number].group else { return }
        for change in changes {
            defer { watchers[number].isFresh = false }
            if plan.plant == .forgottenChange, watchers[number].isFresh { continue }
            do {
                let complete = try watchers[number].mirror.take(change)
                compare(complete, number, group)
                noteRevision(complete, group)
            } catch {
                fail(number, error.description)
            }
            guard let new = change.new, let content = new.content, content > 0,
                ClientCall.isWritten(change.path)
            else { continue }
            noteSeen(UInt64(content), Revision(new.modifiedRevision))
        }
    }

    /// All who watch the same are told the same.
    private func compare(_ changes: [WatchMirror.Change], _ number: Int, _ group: GroupID) {
        guard let revision = changes.first?.revision else { return }
        let topic = Topic(group: group, subject: watchers[number].subject, revision: revision)
        if let known = told[topic], known != changes {
            fail(number, "revision \(revision) is \(changes), another one was told \(known)")
        }
        told[topic] = changes
    }

    /// A watch ends for a reason that users know of.
    private func check(
        _ error: StoreError?, _ number: Int, _ member: ClusterMember,
        _ mayBeDeleted: (GroupID) -> Bool
    ) {
        guard let error, let group = watchers[number].group else { return }
        switch error.code {
        case .compacted:
            let status = member.stores.first { $0.groupID == group }?.groupStatus
            let covered = status?.snapshotPosition.index.rawValue ?? .max
            if let revision = watchers[number].mirror.revision, covered <= revision {
                fail(number, "nothing after \(revision) is compacted, and it is told: \(error)")
            }
            watchers[number].mirror = Self.mirror(of: watchers[number].subject)
        case .storeNotFound:
            if !mayBeDeleted(group) { fail(number, "nobody deleted the store: \(error)") }
            forget(number)
        // The member is behind, or its log has failed: it is asked again, or another one.
        case .invalidOperation, .noQuorum, .storageFull, .storageFailed, .closed: break
        default: fail(number, "it ends with \(error)")
        }
    }

    // MARK: The end

    /// Whether each watcher has what is there, of the stores that are left.
    func areLevel(with stores: [TreeStore]) throws -> Bool {
        for number in watchers.indices {
            guard let store = stores.first(where: { $0.groupID == watchers[number].group }) else {
                return false
            }
            guard try isLevel(number, with: store) else { return false }
        }
        return true
    }

    private func isLevel(_ number: Int, with store: TreeStore) throws -> Bool {
        let watcher = watchers[number]
        guard !watcher.mirror.isAmidst else { return false }
        let nodes = try store.view.nodes(
            matching: Self.subjects[watcher.subject].pattern, as: Int.self)
        let images = nodes.map { ("\($0.path)", WatchMirror.Image($0)) }
        return Dictionary(uniqueKeysWithValues: images) == watcher.mirror.nodes
    }

    /// How the watchers stand, in words.
    var summary: String {
        watchers.enumerated().map { number, watcher in
            "watcher \(number) of \(Self.subjects[watcher.subject].pattern) "
                + "at \(watcher.mirror.revision.map { "\($0)" } ?? "no revision")"
        }.joined(separator: ", ")
    }

    /// A store was deleted: whoever watched it looks for another one.
    func leave(_ isGone: (GroupID) -> Bool) {
        for number in watchers.indices where watchers[number].place == nil {
            if let group = watchers[number].group, isGone(group) { forget(number) }
        }
    }
}

extension WatchMirror.Image {
    init(_ node: Node<Int>) {
        content = node.value
        payloadVersion = node.payloadVersion
        modifiedRevision = node.modifiedRevision.rawValue
    }
}

extension WatchMirror.Change {
    fileprivate init(_ change: TreeChange) throws {
        kind =
            switch change.kind {
            case .present: .present
            case .created: .created
            case .updated: .updated
            case .deleted: .deleted
            }
        path = "\(change.path)"
        revision = change.revision.rawValue
        resumePoint = change.resumePoint?.rawValue
        old = try change.old(as: Int.self).map { WatchMirror.Image($0) }
        new = try change.new(as: Int.self).map { WatchMirror.Image($0) }
    }
}
