import Khepri
import RaftCore
import RaftRuntime

/// A trigger of a simulated cluster's first store, which every member runs: each change is handled at least
/// once, in the order of the log, or the trigger is told that changes were missed.
///
/// Some changes are parked, because their handler fails until all is healed, and are handled when they are
/// tried again.
final class ClusterTriggers {
    private struct Place: Hashable, Sendable {
        let member: Int
        let life: Int
    }

    private enum News: Sendable {
        /// The trigger is there, and what comes behind a revision concerns it.
        case registered(Place, Revision)
        case handled(Place, Revision)
        case missed(Place, TriggerGap)
    }

    private static let name = "simulated"
    /// Handlers fail once for each change of every so many revisions.
    private static let failurePeriod: UInt64 = 7
    /// Of every so many of these, they fail until they are mended.
    private static let stubbornPeriod: UInt64 = 3
    /// After so many failures a change is parked.
    private static let attemptsMaximum = 3

    private(set) var failure: String?
    private let plan: ClusterPlan
    private let executor: SingleThreadExecutor
    private let news = Lock<[News]>([])
    /// The life of each member in which the trigger was begun.
    private var lives: [Int: Int] = [:]
    private var group: GroupID?
    private var firstRevision: Revision?
    /// The writes that were answered.
    private var written: Set<Revision> = []
    private var handled: Set<Revision> = []
    private var gaps: [TriggerGap] = []
    private var lastHandled = Revision.zero
    /// Whether handlers fail no more for good.
    private let isMended = Lock(false)
    /// Where parked changes are tried again, or were at last.
    private var retryingMember: Int?
    private let isRetrying = Lock(false)

    init(_ plan: ClusterPlan, executor: SingleThreadExecutor) {
        self.plan = plan
        self.executor = executor
    }

    private func fail(_ message: String) { failure = failure ?? message }

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
                if Self.mayBeParked(change.revision) {
                    let isFirst = failed.withLock { $0.insert(change.revision).inserted }
                    let isStubborn = (change.revision.rawValue / Self.failurePeriod)
                        .isMultiple(of: Self.stubbornPeriod)
                    if isFirst || isStubborn && !isMended.withLock({ $0 }) { throw Failure() }
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

    /// Whether the handler fails for a change at first, so that it may be handled later than others.
    private static func mayBeParked(_ revision: Revision) -> Bool {
        revision.rawValue.isMultiple(of: failurePeriod)
    }

    /// Handlers fail no more, and what is parked is tried again.
    func mend() { isMended.withLock { $0 = true } }

    /// Tries again what is parked, on one member at a time, once the handlers are mended.
    func retryParked(at member: ClusterMember) {
        guard plan.runsTriggers, isMended.withLock({ $0 }), let store = member.store,
            !isRetrying.withLock({ $0 }), let triggers = try? store.triggers()
        else { return }
        let ids = triggers.flatMap(\.parked).filter { !$0.isDue }.map(\.id)
        guard !ids.isEmpty else { return }
        let givesUp = plan.plant == .givenUpChange
        retryingMember = member.number
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
                firstRevision = min(firstRevision ?? revision, revision)
            case .handled(let place, let revision):
                if isThere(place) { note(revision, by: place.member) }
            case .missed(let place, let gap):
                if isThere(place) { gaps.append(gap) }
            }
        }
    }

    private func isThere(_ place: Place) -> Bool { lives[place.member] == place.life }

    /// A change that was not handled before comes after all that were, unless it was parked.
    private func note(_ revision: Revision, by member: Int) {
        guard handled.insert(revision).inserted else { return }
        if revision < lastHandled, !isMissed(revision), !Self.mayBeParked(revision) {
            fail(
                "the trigger is called for revision \(revision.rawValue) on host\(member), after "
                    + "\(lastHandled.rawValue)")
        }
        lastHandled = max(lastHandled, revision)
    }

    private func isMissed(_ revision: Revision) -> Bool {
        gaps.contains { $0.after < revision && revision <= $0.through }
    }

    /// A write of a register was answered.
    func noteWrite(to group: GroupID, at revision: Revision) {
        guard plan.runsTriggers, group == self.group else { return }
        written.insert(revision)
    }

    /// The first write that the trigger has not been called for, in words; nil if there is none.
    var rest: String? {
        guard plan.runsTriggers, let firstRevision else { return nil }
        let missing = written.filter {
            $0 > firstRevision && !handled.contains($0) && !isMissed($0)
        }
        return missing.min().map { "the trigger is not called for revision \($0.rawValue)" }
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
