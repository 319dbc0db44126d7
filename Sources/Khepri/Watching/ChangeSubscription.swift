import KhepriTree
import RaftRuntime

/// A reader of changes: first what its start asks for, then what the hub has for it.
final class ChangeSubscription: Sendable {
    /// What comes before the changes that the hub has.
    private enum Beginning {
        /// Refuse, once somebody reads.
        case refused(StoreError)
        /// Wait until this member has applied a revision.
        case awaiting(Revision)
        /// List what is there, behind a path.
        case listing(TreeView?, after: TreePath?)
        /// Nothing any more; what came up to here is left out.
        case done(Revision)
    }

    private static let pageCount = 256

    private let engine: StoreEngine
    private let patterns: [TreePattern]
    private let id: WatchHub.ReaderID
    /// Nil for one that begins with what is to come: there may be many thousand of these.
    private let beginning: Lock<Beginning>?

    private var hub: WatchHub { engine.machine.watches }

    /// - Parameter patterns: What is wanted; present nodes are listed by one pattern only.
    init(_ engine: StoreEngine, _ patterns: [TreePattern], since start: WatchStart) {
        self.engine = engine
        self.patterns = patterns
        var revision: Revision?
        var beginning: Beginning?
        switch start {
        case .now: break
        case .current: beginning = .listing(nil, after: nil)
        case .revision(let last): (revision, beginning) = (last, .awaiting(last))
        }
        if let refusal = patterns.lazy.compactMap(\.refusalToFollow).first {
            beginning = .refused(refusal)
        }
        self.beginning = beginning.map { Lock($0) }
        id = engine.machine.watches.add(patterns, after: revision, wantsChanges: true)
    }

    deinit { hub.remove(id, patterns) }

    /// Up to where all changes have been told, while ``next()`` waits for more.
    var idleRevision: Revision? { hub.idleRevision(of: id) }

    /// Waits until the first change can be told; throws what ``next()`` would throw then.
    func begin() async throws {
        switch beginning?.withLock({ $0 }) {
        case .refused(let error): throw end(error)
        case .awaiting(let revision): try await wait(for: revision)
        case .listing, .done, nil: break
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
        switch beginning?.withLock({ $0 }) {
        case .refused(let error): throw end(error)
        case .awaiting(let revision): return .catchUp(revision)
        case .listing(let view, let path):
            return .changes(list(view ?? engine.published.view, after: path))
        case .done, nil: break
        }
        switch hub.step(of: id) {
        case .changes(let changes): return .changes(read(changes))
        case .news: return .changes([])
        case .wait: return .wait
        case .end(nil): return .end
        case .end(let error?): throw end(error)
        }
    }

    /// Nothing comes after an error.
    private func end(_ error: StoreError) -> StoreError {
        hub.remove(id, patterns)
        beginning?.withLock { $0 = .done(.zero) }
        return error
    }

    private func wait(for revision: Revision) async throws {
        do {
            try await engine.waitUntilFresh(.atLeast(revision), timeout: nil)
        } catch let error as StoreError where error.code == .timeout {
            throw end(
                StoreError(
                    .invalidOperation,
                    "expected a revision up to \(engine.published.revision.rawValue), the last one "
                        + "here, found \(revision.rawValue)", cause: error))
        } catch let error as StoreError {
            throw end(error)
        }
        beginning?.withLock { $0 = .done(revision) }
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
        let next: Beginning =
            hasMore ? .listing(view, after: page.last?.path) : .done(view.revision)
        beginning?.withLock { $0 = next }
        return page.indices.map { index in
            TreeChange(
                present: page[index].node, at: page[index].path, in: view.revision,
                isLast: !hasMore && index == page.count - 1)
        }
    }

    /// Those of some changes that concern this reader; they are all that there is of their revisions.
    private func read(_ changes: [[UInt8]]) -> [TreeChange] {
        var skipped = Revision.zero
        if case .done(let revision) = beginning?.withLock({ $0 }) { skipped = revision }
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
