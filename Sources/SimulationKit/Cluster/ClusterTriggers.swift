import Khepri
import RaftCore
import RaftRuntime

/// The triggers of a simulated cluster's first store, which every member runs: each change is handled at least
/// once, in the order of the log, or parked and listed, or the trigger is told that changes were missed.
///
/// One of them fails now and then. Some changes are parked, because their handler fails until all is healed;
/// they are tried again now and then, and are handled in the end. The other one has a lower priority.
final class ClusterTriggers {
    private struct Place: Hashable, Sendable {
        let member: Int
        let life: Int
    }

    /// A trigger, by its name.
    private enum Name: String, CaseIterable, Sendable {
        case failing, following

        /// Where its checker is.
        var index: Int { self == .failing ? 0 : 1 }
    }

    private struct News: Sendable {
        enum Event: Sendable {
            /// The trigger is there, and what comes behind a revision concerns it.
            case registered(Revision)
            case handled(Revision)
            case failed(Revision)
            case missed(TriggerGap)
        }

        let name: Name
        let place: Place
        let event: Event
    }

    /// Handlers fail once for each change of every so many revisions.
    private static let failurePeriod: UInt64 = 7
    /// Of every so many of these, they fail until they are mended.
    private static let stubbornPeriod: UInt64 = 3
    /// After so many failures a change is parked.
    private static let attemptsMaximum = 3

    private var checkers = Name.allCases.map {
        TriggerChecker($0.rawValue, attemptsMaximum: attemptsMaximum)
    }
    private let plan: ClusterPlan
    private let executor: SingleThreadExecutor
    private let news = Lock<[News]>([])
    /// The life of each member in which the trigger was begun.
    private var lives: [Int: Int] = [:]
    private var group: GroupID?
    /// Whether handlers fail no more for good.
    private let isMended = Lock(false)
    /// How many parked changes of the failing trigger each member listed when it was looked at last.
    private var listed: [Int: Int] = [:]
    /// Where parked changes are tried again, or were at last.
    private var retryingMember: Int?
    private let isRetrying = Lock(false)

    init(_ plan: ClusterPlan, executor: SingleThreadExecutor) {
        self.plan = plan
        self.executor = executor
    }

    /// The first thing that did not hold.
    var failure: String? { checkers.lazy.compactMap(\.failure).first }

    // MARK: Running

    /// Begins the triggers on a member, once in the life of its process.
    func attend(_ member: ClusterMember) {
        guard plan.runsTriggers, let life = member.process?.life, let store = member.store,
            lives[member.number] != life
        else { return }
        lives[member.number] = life
        group = store.groupID
        let place = Place(member: member.number, life: life)
        let triggers = [failing(at: place, of: store), following(at: place)]
        let tellers = Name.allCases.map { teller(of: $0, at: place) }
        _ = Task(executorPreference: executor) {
            await store.keepRunning(triggers) {
                let revision = store.local.revision
                for tell in tellers { tell(.registered(revision)) }
            }
        }
    }

    /// What the handlers of a trigger tell.
    private func teller(of name: Name, at place: Place) -> @Sendable (News.Event) -> Void {
        { [news] event in
            news.withLock { $0.append(News(name: name, place: place, event: event)) }
        }
    }

    private func following(at place: Place) -> Trigger {
        let tell = teller(of: .following, at: place)
        return Trigger(
            Name.following.rawValue, matching: "/registers/*",
            priority: plan.plant == .swappedPriorities ? 2 : 0,
            attempts: .init(maximum: Self.attemptsMaximum),
            onGap: { tell(.missed($0)) },
            { tell(.handled($0.revision)) })
    }

    private func failing(at place: Place, of store: TreeStore) -> Trigger {
        let tell = teller(of: .failing, at: place)
        let failed = Lock<Set<Revision>>([])
        let held = Lock<Revision?>(nil)
        return Trigger(
            Name.failing.rawValue, matching: "/registers/*", priority: 1,
            attempts: .init(maximum: Self.attemptsMaximum, longestPause: .milliseconds(200)),
            onGap: { tell(.missed($0)) },
            { [executor, isMended, plant = plan.plant] change in
                if Self.failsAtFirst(change.revision) {
                    let isFirst = failed.withLock { $0.insert(change.revision).inserted }
                    let isStubborn = (change.revision.rawValue / Self.failurePeriod)
                        .isMultiple(of: Self.stubbornPeriod)
                    if isFirst || isStubborn && !isMended.withLock({ $0 }) {
                        if plant == .swallowedFailure { return }
                        tell(.failed(change.revision))
                        throw Failure()
                    }
                }
                switch plant {
                case .swappedCalls:
                    let waiting = held.withLock { held in
                        defer { held = held == nil ? change.revision : nil }
                        return held
                    }
                    guard let waiting else { return }
                    tell(.handled(change.revision))
                    tell(.handled(waiting))
                case .earlyReturn:
                    _ = Task(executorPreference: executor) {
                        for _ in 0..<10 { await store.pause() }
                        tell(.handled(change.revision))
                    }
                default: tell(.handled(change.revision))
                }
            })
    }

    /// Whether the handler fails for a change at first.
    private static func failsAtFirst(_ revision: Revision) -> Bool {
        revision.rawValue.isMultiple(of: failurePeriod)
    }

    /// Handlers fail no more.
    func mend() { isMended.withLock { $0 = true } }

    /// Now and then looks at what a member shows, and has what is parked tried again.
    func look(at member: ClusterMember, _ random: inout SeededRandom) {
        guard plan.runsTriggers, let store = member.store, random.isOne(in: 24) else { return }
        settle()
        do {
            let all = try store.triggers()
            for status in all {
                guard let name = Name(rawValue: status.name) else { continue }
                checkers[name.index].look(TriggerChecker.Sight(status, on: member.number))
            }
            guard let status = all.first(where: { $0.name == Name.failing.rawValue }) else {
                return
            }
            listed[member.number] = status.parked.count
            guard isMended.withLock({ $0 }) || random.isOne(in: 16) else { return }
            retry(status.parked.filter { !$0.isDue }.map(\.id), at: member.number, of: store)
        } catch {
            checkers[Name.failing.index].fail("cannot be read on \(member.name): \(error)")
        }
    }

    /// Tries parked changes again, on one member at a time.
    private func retry(_ ids: [String], at member: Int, of store: TreeStore) {
        guard !ids.isEmpty, !isRetrying.withLock({ $0 }) else { return }
        let givesUp = plan.plant == .givenUpChange
        retryingMember = member
        isRetrying.withLock { $0 = true }
        _ = Task(executorPreference: executor) { [isRetrying] in
            await store.tryAgain(ids, of: Name.failing.rawValue, givesUp: givesUp)
            isRetrying.withLock { $0 = false }
        }
    }

    /// What a handler throws now and then.
    private struct Failure: Error {}

    /// The process of a member is gone, and what its handlers still do is seen by nobody.
    func abandon(member: Int) {
        settle()
        lives[member] = nil
        if retryingMember == member { isRetrying.withLock { $0 = false } }
    }

    // MARK: What was done

    /// Takes in what the handlers did since the last time.
    func settle() {
        let arrived = news.withLock { news in
            defer { news = [] }
            return news
        }
        for news in arrived where lives[news.place.member] == news.place.life {
            let index = news.name.index
            switch news.event {
            case .registered(let revision):
                checkers[index].noteRegistration(before: revision.rawValue)
            case .handled(let revision):
                checkers[index].noteHandled(at: revision.rawValue, by: news.place.member)
                if news.name == .following {
                    let first = Name.failing.index
                    checkers[first].noteFollower(at: revision.rawValue, by: news.place.member)
                }
            case .failed(let revision):
                checkers[index].noteFailure(at: revision.rawValue, by: news.place.member)
            case .missed(let gap):
                checkers[index].noteGap(after: gap.after.rawValue, through: gap.through.rawValue)
            }
        }
    }

    /// A write of a register was answered.
    func noteWrite(to group: GroupID, at revision: Revision) {
        guard plan.runsTriggers, group == self.group else { return }
        for index in checkers.indices { checkers[index].noteWrite(at: revision.rawValue) }
    }

    /// What the triggers have still to be called for, and what is parked, in words; nil if nothing.
    var rest: String? {
        guard plan.runsTriggers else { return nil }
        if let rest = checkers.lazy.compactMap(\.rest).first { return rest }
        let member = listed.filter { $0.value > 0 }.keys.min()
        return member.map { "the trigger has parked changes on host\($0)" }
    }
}

extension TriggerChecker.Sight {
    fileprivate init(_ status: TriggerStatus, on member: Int) {
        self.init(
            member: member, handledRevision: status.handledRevision.rawValue,
            parked: status.parked.filter { $0.path != nil }.map {
                .init(
                    revision: $0.revision.rawValue, failureCount: $0.failureCount,
                    endedLeaders: $0.failure.contains("leaders in a row"))
            })
    }
}

extension TreeStore {
    /// Registers triggers and runs them until the store is closed.
    fileprivate func keepRunning(
        _ triggers: [Trigger], noteRegistration: @Sendable () -> Void
    ) async {
        var unregistered = triggers[...]
        while true {
            do {
                while let trigger = unregistered.first {
                    try await register(trigger)
                    unregistered.removeFirst()
                    if unregistered.isEmpty { noteRegistration() }
                }
                try await runTriggers()
                return
            } catch {
                if let error = error as? StoreError, error.code == .closed { return }
                await pause()
            }
        }
    }

    /// Has parked changes tried again, or gives them up; what fails is for the next time.
    fileprivate func tryAgain(_ ids: [String], of name: String, givesUp: Bool) async {
        for id in ids {
            if givesUp {
                try? await discardParked(id, of: name)
            } else {
                try? await retryParked(id, of: name)
            }
        }
    }

    /// Lets some time pass.
    func pause() async {
        _ = try? await exists(
            "/", consistency: .atLeast(Revision(1 << 60)), timeout: .milliseconds(200))
    }
}
