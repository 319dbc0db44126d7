import KhepriTree
import RaftRuntime

/// Who wants to know of which changes of a store, and the last of these changes.
///
/// The driver tells it of each batch that was applied and never waits: a reader gets the places of
/// the changes that concern it, or, when it has not read for long, looks for them in the history.
final class WatchHub: Sendable {
    /// Names a reader.
    typealias ReaderID = UInt64

    fileprivate struct State {
        var history = ChangeHistory(after: .zero)
        var trie = PatternTrie<[ReaderID]>(empty: [])
        var readers: [ReaderID: WatchReader] = [:]
        var lastID: ReaderID = 0
        /// Why there is no more to come.
        var ending: WatchReader.Step?
    }

    private let state = Lock(State())

    /// The sizes that monitoring shows.
    var counts: (readers: Int, historyBytes: Int) {
        state.withLock { ($0.readers.count, $0.history.byteCount) }
    }
}

// For the driver.
extension WatchHub {
    /// Takes in what a batch changed, and wakes whom it concerns.
    func publish(_ batch: ChangeBatch, through revision: Revision) {
        let woken = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
            let start = state.history.end
            state.history.append(batch, through: revision)
            if batch.tooLarge != nil { return state.loseTrack() }
            guard !state.readers.isEmpty, !batch.revisions.isEmpty else { return [] }
            return state.deliver(from: start)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Begins anew at a state that no command led to.
    func reset(to revision: Revision) {
        let woken = state.withLock { state in
            state.history.clear(after: revision)
            return state.loseTrack()
        }
        for continuation in woken { continuation.resume() }
    }

    /// Ends every reader, with an error if the store has failed.
    func end(_ error: StoreError? = nil) {
        let woken = state.withLock { state in
            if state.ending == nil { state.ending = .end(error) }
            return state.readers.keys.sorted().compactMap { state.readers[$0]?.wake() }
        }
        for continuation in woken { continuation.resume() }
    }
}

// For readers.
extension WatchHub {
    /// Adds a reader.
    ///
    /// - Parameters:
    ///   - patterns: It is told once of what several of them match.
    ///   - revision: It wants what came after that; nil for what is to come.
    ///   - wantsChanges: Whether it wants each change; if not, that there was one.
    func add(
        _ patterns: [TreePattern], after revision: Revision?, wantsChanges: Bool
    ) -> ReaderID {
        state.withLock { state in
            state.lastID += 1
            for pattern in patterns {
                state.trie[state.trie.use(pattern.components)].append(state.lastID)
            }
            let isExact = patterns.count == 1 && patterns[0].exactPath != nil
            var reader = WatchReader(
                walks: isExact ? [] : patterns.map { PatternWalk($0) },
                after: revision ?? .zero, wantsChanges: wantsChanges)
            if let revision, revision < state.history.revision {
                reader.begin(at: state.history.place(after: revision))
            }
            state.readers[state.lastID] = reader
            return state.lastID
        }
    }

    /// All changes after a revision, and the last revision there is; nil if some may be gone.
    func changes(after revision: Revision) -> (changes: [RecordedChange], revision: Revision)? {
        state.withLock { state in
            guard let place = state.history.place(after: revision) else { return nil }
            var changes: [RecordedChange] = []
            state.history.forEach(from: place) { _, bytes in
                if let change = try? RecordedChange(reading: bytes) { changes.append(change) }
            }
            return (changes, state.history.revision)
        }
    }

    /// Whether something was changed after a revision that is not at or below a path.
    func hasChanges(after revision: Revision, outside path: TreePath) -> Bool {
        state.withLock { state in
            guard let place = state.history.place(after: revision) else { return true }
            var isFound = false
            state.history.forEach(from: place) { _, bytes in
                guard !isFound, let change = try? RecordedChange(reading: bytes) else { return }
                isFound = !change.path.components.starts(with: path.components)
            }
            return isFound
        }
    }

    /// Forgets a reader of some patterns, if it is still known.
    func remove(_ id: ReaderID, _ patterns: [TreePattern]) {
        state.withLock { state in
            guard state.readers.removeValue(forKey: id) != nil else { return }
            for slot in patterns.compactMap({ state.trie.slot(of: $0.components) }) {
                state.trie[slot].removeAll { $0 == id }
                state.trie.release(slot)
            }
        }
    }

    /// What a reader does next.
    func step(of id: ReaderID) -> WatchReader.Step {
        state.withLock { state in
            guard var reader = state.readers[id] else { return .end(nil) }
            defer { state.readers[id] = reader }
            let step = reader.step(in: state.history)
            if case .wait = step { return state.ending ?? step }
            return step
        }
    }

    /// Up to where a reader knows everything, while it waits for more; nil while it does not wait.
    func idleRevision(of id: ReaderID) -> Revision? {
        state.withLock { state in
            state.readers[id]?.isIdle == true ? state.history.revision : nil
        }
    }

    /// The changes after this revision are still known.
    var startRevision: Revision { state.withLock { $0.history.startRevision } }

    /// What a reader is told that has missed changes; nil if it has not.
    func loss(of id: ReaderID) -> StoreError? {
        state.withLock { $0.readers[id]?.loss(in: $0.history) }
    }

    /// Waits until a reader has something to do, or its task is cancelled.
    func wait(_ id: ReaderID) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let isReady = state.withLock { state in
                    if state.ending != nil || Task.isCancelled { return true }
                    return !(state.readers[id]?.wait(continuation) ?? false)
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.readers[id]?.wake() }?.resume()
        }
    }
}

extension WatchHub.State {
    /// Gives the changes from a place on to the readers that they concern; returns who waited.
    fileprivate mutating func deliver(
        from start: ChangeHistory.Place
    ) -> [UnsafeContinuation<Void, Never>] {
        var woken: [UnsafeContinuation<Void, Never>] = []
        history.forEach(from: start) { place, bytes in
            // What the recorder wrote can be read.
            guard let change = try? RecordedChange(reading: bytes) else { return }
            for slot in trie.slotsReached(by: change.path) {
                for id in trie[slot] {
                    guard let continuation = readers[id]?.take(change, at: place) else { continue }
                    woken.append(continuation)
                }
            }
        }
        return woken
    }

    /// Tells all readers that changes were lost; returns who waited.
    fileprivate mutating func loseTrack() -> [UnsafeContinuation<Void, Never>] {
        let revision = history.startRevision
        return readers.keys.sorted().compactMap { readers[$0]?.loseTrack(through: revision) }
    }
}
