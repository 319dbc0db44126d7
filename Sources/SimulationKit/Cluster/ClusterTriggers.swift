import Khepri
import RaftCore
import RaftRuntime

/// A trigger of a simulated cluster's first store, which every member runs: each change is handled at least
/// once, in the order of the log, or parked and listed, or the trigger is told that changes were missed.
///
/// Some changes are parked, because their handler fails until all is healed. They are tried again now and
/// then, and are handled in the end.
final class ClusterTriggers {
    private struct Place: Hashable, Sendable {
        let member: Int
        let life: Int
    }

    private enum News: Sendable {
        /// The trigger is there, and what comes behind a revision concerns it.
        case registered(Place, Revision)
        case handled(Place, Revision)
        case failed(Place, Revision)
        case missed(Place, TriggerGap)
    }

    private static let name = "simulated"
    /// Handlers fail once for each change of every so many revisions.
    private static let failurePeriod: UInt64 = 7
    /// Of every so many of these, they fail until they are mended.
    private static let stubbornPeriod: UInt64 = 3
    /// After so many failures a change is parked.
    private static let attemptsMaximum = 3

    private var checker = TriggerChecker(attemptsMaximum: attemptsMaximum)
    private let plan: ClusterPlan
    private let executor: SingleThreadExecutor
    private let news = Lock<[News]>([])
    /// The life of each member in which the trigger was begun.
    private var lives: [Int: Int] = [:]
    private var group: GroupID?
    /// Whether handlers fail no more for good.
    private let isMended = Lock(false)
    /// How many parked changes each member listed when it was looked at last.
    private var listed: [Int: Int] = [:]
    /// Where parked changes are tried again, or were at last.
    private var retryingMember: Int?
    private let isRetrying = Lock(false)

    init(_ plan: ClusterPlan, executor: SingleThreadExecutor) {
        self.plan = plan
        self.executor = executor
    }

    /// The first thing that did not hold.
    var failure: String? { checker.failure }

    // MARK: Running

    /// Begins the trigger on a member, once in the life of its process.
    func attend(_ member: ClusterMember) {
        guard plan.runsTriggers, let life = member.process?.life, let store = member.store,
            lives[member.number] != life
        else { return }
        lives[member.number] = life
        group = store.groupID
        let place = Place(member: member.number, life: life)
        let trigger = trigger(at: place, of: store)
        _ = Task(executorPreference: executor) { [news] in
            await store.keepRunning(trigger) {
                news.withLock { $0.append(.registered(place, store.local.revision)) }
            }
        }
    }

    private func trigger(at place: Place, of store: TreeStore) -> Trigger {
        let failed = Lock<Set<Revision>>([])
        let held = Lock<Revision?>(nil)
        return Trigger(
            Self.name, matching: "/registers/*",
            attempts: .init(maximum: Self.attemptsMaximum, longestPause: .milliseconds(200)),
            onGap: { [news] gap in news.withLock { $0.append(.missed(place, gap)) } },
            { [news, executor, isMended, plant = plan.plant] change in
                if Self.failsAtFirst(change.revision) {
                    let isFirst = failed.withLock { $0.insert(change.revision).inserted }
                    let isStubborn = (change.revision.rawValue / Self.failurePeriod)
                        .isMultiple(of: Self.stubbornPeriod)
                    if isFirst || isStubborn && !isMended.withLock({ $0 }) {
                        if plant == .swallowedFailure { return }
                        news.withLock { $0.append(.failed(place, change.revision)) }
                        throw Failure()
                    }
                }
                let note = { @Sendable (revision: Revision) in
                    news.withLock { $0.append(.handled(place, revision)) }
                }
                switch plant {
                case .swappedCalls:
                    let waiting = held.withLock { held in
                        defer { held = held == nil ? change.revision : nil }
                        return held
                    }
                    guard let waiting else { return }
                    note(change.revision)
                    note(waiting)
                case .earlyReturn:
                    _ = Task(executorPreference: executor) {
                        for _ in 0..<10 { await store.pause() }
                        note(change.revision)
                    }
                default: note(change.revision)
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
        guard plan.runsTriggers, let store = member.store, random.isOne(in: 8) else { return }
        settle()
        do {
            guard let status = try store.triggers().first else { return }
            checker.look(TriggerChecker.Sight(status, on: member.number))
            listed[member.number] = status.parked.count
            guard isMended.withLock({ $0 }) || random.isOne(in: 16) else { return }
            retry(status.parked.filter { !$0.isDue }.map(\.id), at: member.number, of: store)
        } catch {
            checker.fail("cannot be read on \(member.name): \(error)")
        }
    }

    /// Tries parked changes again, on one member at a time.
    private func retry(_ ids: [String], at member: Int, of store: TreeStore) {
        guard !ids.isEmpty, !isRetrying.withLock({ $0 }) else { return }
        let givesUp = plan.plant == .givenUpChange
        retryingMember = member
        isRetrying.withLock { $0 = true }
        _ = Task(executorPreference: executor) { [isRetrying] in
            await store.tryAgain(ids, of: ClusterTriggers.name, givesUp: givesUp)
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
        for news in arrived {
            switch news {
            case .registered(let place, let revision):
                guard isThere(place) else { continue }
                checker.noteRegistration(before: revision.rawValue)
            case .handled(let place, let revision):
                guard isThere(place) else { continue }
                checker.noteHandled(at: revision.rawValue, by: place.member)
            case .failed(let place, let revision):
                if isThere(place) { checker.noteFailure(at: revision.rawValue) }
            case .missed(let place, let gap):
                guard isThere(place) else { continue }
                checker.noteGap(after: gap.after.rawValue, through: gap.through.rawValue)
            }
        }
    }

    private func isThere(_ place: Place) -> Bool { lives[place.member] == place.life }

    /// A write of a register was answered.
    func noteWrite(to group: GroupID, at revision: Revision) {
        guard plan.runsTriggers, group == self.group else { return }
        checker.noteWrite(at: revision.rawValue)
    }

    /// What the trigger has still to be called for, and what is parked, in words; nil if nothing.
    var rest: String? {
        guard plan.runsTriggers else { return nil }
        if let rest = checker.rest { return rest }
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
    /// Registers a trigger and runs it until the store is closed.
    fileprivate func keepRunning(
        _ trigger: Trigger, noteRegistration: @Sendable () -> Void
    ) async {
        var isRegistered = false
        while true {
            do {
                if !isRegistered { try await register(trigger) }
                if !isRegistered { noteRegistration() }
                isRegistered = true
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
