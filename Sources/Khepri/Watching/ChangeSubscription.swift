import KhepriTree
import RaftRuntime

/// A reader of changes: first what its start asks for, then what the hub has for it.
final class ChangeSubscription: Sendable {
    private enum Phase {
        /// Refuse, once somebody reads.
        case refused(StoreError)
        /// Wait until this member has applied a revision.
        case awaiting(Revision)
        /// List what is there, behind a path.
        case listing(TreeView?, after: TreePath?)
        case following
        case ended
    }

    private struct State {
        var phase: Phase
        /// What came up to here is left out.
        var skipped = Revision.zero
    }

    private static let pageCount = 256

    private let engine: StoreEngine
    private let patterns: [TreePattern]
    private let id: WatchHub.ReaderID
    private let state: Lock<State>

    private var hub: WatchHub { engine.machine.watches }

    /// - Parameter patterns: What is wanted; present nodes are listed by one pattern only.
    init(_ engine: StoreEngine, _ patterns: [TreePattern], since start: WatchStart) {
        self.engine = engine
        self.patterns = patterns
        var revision: Revision?
        var phase: Phase
        switch start {
        case .now: phase = .following
        case .current: phase = .listing(nil, after: nil)
        case .revision(let last): (revision, phase) = (last, .awaiting(last))
        }
        id = engine.machine.watches.add(patterns, after: revision, wantsChanges: true)
        if let refusal = patterns.lazy.compactMap(\.refusalToFollow).first {
            phase = .refused(refusal)
        }
        state = Lock(State(phase: phase))
    }

    deinit { hub.remove(id) }

    /// Up to where all changes have been told, while ``next()`` waits for more.
    var idleRevision: Revision? { hub.idleRevision(of: id) }

    /// Waits until the first change can be told; throws what ``next()`` would throw then.
    func begin() async throws {
        switch state.withLock({ $0.phase }) {
        case .refused(let error): throw end(error)
        case .awaiting(let revision): try await wait(for: revision)
        case .listing, .following, .ended: break
        }
        if let error = hub.loss(of: id) { throw end(error) }
    }

    /// The next changes; nil at the end.
    ///
    /// What it needs while it waits is in its task's memory, for each of many thousand watchers: so that
    /// all but the waiting is done elsewhere.
    func next() async throws -> [TreeChange]? {
        while !Task.isCancelled {
            switch try step() {
            case .changes(let changes): if !changes.isEmpty { return changes }
            case .wait: await hub.wait(id)
            case .catchUp(let revision): try await wait(for: revision)
            case .end: return nil
            }
        }
        return nil
    }

    private enum Step {
        /// There may be none.
        case changes([TreeChange])
        case wait
        case catchUp(Revision)
        case end
    }

    @inline(never)
    private func step() throws -> Step {
        switch state.withLock({ $0.phase }) {
        case .ended: return .end
        case .refused(let error): throw end(error)
        case .awaiting(let revision): return .catchUp(revision)
        case .listing(let view, let path):
            return .changes(list(view ?? engine.published.view, after: path))
        case .following:
            switch hub.step(of: id) {
            case .changes(let changes): return .changes(read(changes))
            case .news: return .changes([])
            case .wait: return .wait
            case .end(nil):
                state.withLock { $0.phase = .ended }
                return .end
            case .end(let error?): throw end(error)
            }
        }
    }

    private func end(_ error: StoreError) -> StoreError {
        state.withLock { $0.phase = .ended }
        return error
    }

    private func wait(for revision: Revision) async throws {
        do {
            try await engine.catchUp(to: .atLeast(revision), timeout: nil)
        } catch let error as StoreError where error.code == .timeout {
            throw end(
                StoreError(
                    .invalidOperation,
                    "expected a revision up to \(engine.published.revision.rawValue), the last one "
                        + "here, found \(revision.rawValue)", cause: error))
        } catch let error as StoreError {
            throw end(error)
        }
        state.withLock { state in
            state.skipped = revision
            state.phase = .following
        }
    }

    /// A page of what is there.
    private func list(_ view: TreeView, after path: TreePath?) -> [TreeChange] {
        var page: [(path: TreePath, node: RecordedNode)] = []
        precondition(patterns.count == 1, "the nodes that several patterns match are not listed")
        view.tree.forEachMatch(of: patterns[0], after: path) { path, node in
            let properties = NodeProperties(node)
            page.append((path, RecordedNode(properties: properties, payload: node.payload)))
            return page.count <= Self.pageCount
        }
        let hasMore = page.count > Self.pageCount
        if hasMore { page.removeLast() }
        state.withLock { state in
            state.phase = hasMore ? .listing(view, after: page.last?.path) : .following
            state.skipped = view.revision
        }
        return page.indices.map { index in
            TreeChange(
                present: page[index].node, at: page[index].path, in: view.revision,
                isLast: !hasMore && index == page.count - 1)
        }
    }

    /// Those of some changes that concern this reader; they are all that there is of their revisions.
    private func read(_ changes: [[UInt8]]) -> [TreeChange] {
        let skipped = state.withLock { $0.skipped }
        let walks = patterns.map { PatternWalk($0) }
        let concerning = changes.compactMap { bytes -> RecordedChange? in
            // What the recorder wrote can be read.
            guard let change = try? bytes.withUnsafeBytes({ try RecordedChange(reading: $0) }),
                change.revision > skipped, walks.contains(where: { change.matches($0) })
            else { return nil }
            return change
        }
        return concerning.indices.map { index in
            let next = index + 1 < concerning.count ? concerning[index + 1].revision : nil
            return TreeChange(concerning[index], isLast: next != concerning[index].revision)
        }
    }
}
