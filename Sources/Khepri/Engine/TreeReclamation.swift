import KhepriTree
import RaftCore
import RaftRuntime

/// Releases trees that nobody reads any more, so that neither the writer nor a reader pays for it.
///
/// A thread of its own does it, in slices, or whoever attends to the parts of the host. The work ends
/// when nobody can bring a tree any more and all are released.
final class TreeReclamation: Sendable {
    private let worker = ReclamationWorker()
    private let thread: DrainThread?

    /// - Parameter attendant: Takes over the work; nil gives it a thread.
    init(clock: any MonotonicClock, attendedBy attendant: ((any Drained) -> Void)?) {
        attendant?(worker)
        thread = attendant == nil ? DrainThread(worker, clock: clock) : nil
    }

    deinit {
        worker.stop()
        thread?.detach()
    }

    /// Takes a tree out of its place, where an empty one remains.
    ///
    /// A tree that others have too is left: it costs nothing to let go.
    func release(_ tree: inout Tree) {
        if tree.isHeldAlone() { worker.submit(&tree) }
    }
}

/// A tree for readers that is released when the last of them is done.
final class HeldTree: @unchecked Sendable {
    // Sendable: the tree is taken out only when nobody has a reference to this any more.

    private(set) var tree: Tree
    private let reclamation: TreeReclamation

    init(_ tree: Tree, _ reclamation: TreeReclamation) {
        self.tree = tree
        self.reclamation = reclamation
    }

    deinit {
        reclamation.release(&tree)
    }
}

/// The trees that are to be released, and the one that is being released.
private final class ReclamationWorker: Drained, @unchecked Sendable {
    // Sendable: `reclaimer` is touched by the draining thread only.

    /// How many nodes are released at a time.
    private static let sliceNodeCount = 4_096

    private struct Desk {
        var trees: [Tree] = []
        var isStopping = false
    }

    private let desk = Monitor(Desk())
    private var reclaimer = TreeReclaimer()

    /// Takes a tree out of its place; swapped, since a copy would still have it.
    func submit(_ tree: inout Tree) {
        desk.withLock { state in
            state.trees.append(Tree())
            swap(&state.trees[state.trees.count - 1], &tree)
            desk.wake()
        }
    }

    func stop() {
        desk.withLock { state in
            state.isStopping = true
            desk.wake()
        }
    }

    func drain(now: Instant) -> DrainOutcome {
        let isStopping = takeNext()
        guard !reclaimer.isEmpty else {
            return DrainOutcome(didWork: false, isStopped: isStopping)
        }
        reclaimer.reclaim(nodeLimit: Self.sliceNodeCount)
        return DrainOutcome(didWork: true, nextDeadline: now)
    }

    /// Takes over a tree if there is one; returns whether there will be no more.
    private func takeNext() -> Bool {
        let (tree, isStopping) = desk.withLock { ($0.trees.popLast(), $0.isStopping) }
        if let tree { reclaimer.add(tree) }
        return isStopping
    }

    func waitForWork(nanoseconds: UInt64?) {
        desk.wait(nanoseconds: nanoseconds) { !$0.trees.isEmpty || $0.isStopping }
    }
}
