import Foundation
import RaftCore
import RaftRuntime
import Testing

@testable import Khepri
@testable import KhepriTree

@Suite("Reclamation of trees") struct ReclamationTests {
    /// Says which threads released the nodes it is attached to.
    private final class Observer: Sendable {
        private let releases = Lock<[Bool]>([])

        /// For each release, whether it was on a thread of its own.
        var wereElsewhere: [Bool] { releases.withLock { $0 } }

        final class Token: Sendable {
            private let observer: Observer
            private let origin = pthread_self()
            private let onRelease: @Sendable () -> Void

            init(_ observer: Observer, onRelease: @escaping @Sendable () -> Void = {}) {
                self.observer = observer
                self.onRelease = onRelease
            }

            deinit {
                let isElsewhere = pthread_equal(origin, pthread_self()) == 0
                observer.releases.withLock { $0.append(isElsewhere) }
                onRelease()
            }
        }
    }

    private func tree(_ token: Observer.Token) -> Tree {
        var tree = Tree()
        var fields = Tree.Fields(createdAt: Revision(1))
        fields.attachment = token
        tree.insert("/a", fields, at: Revision(1))
        return tree
    }

    private let attendant: Lock<[any Drained]>
    private let drained: TreeReclamation

    init() {
        let attendant = Lock<[any Drained]>([])
        self.attendant = attendant
        drained = TreeReclamation(clock: SystemClock()) { part in
            attendant.withLock { $0.append(part) }
        }
    }

    private func drain() {
        for part in attendant.withLock({ $0 }) {
            while part.drain(now: .zero).didWork {}
        }
    }

    @Test func `what readers saw before a large command is released later`() {
        let observer = Observer()
        let published = PublishedTree(
            tree: tree(Observer.Token(observer)), revision: Revision(1), drained)
        published.replace(by: Tree(), at: Revision(2))
        #expect(observer.wereElsewhere.isEmpty)
        drain()
        #expect(observer.wereElsewhere == [false])
    }

    @Test func `a tree that a view still has is released with the view`() {
        let observer = Observer()
        let published = PublishedTree(
            tree: tree(Observer.Token(observer)), revision: Revision(1), drained)
        var view: TreeView? = published.view
        published.replace(by: Tree(), at: Revision(2))
        drain()
        #expect(view?.exists("/a") == true)
        #expect(observer.wereElsewhere.isEmpty)
        view = nil
        #expect(observer.wereElsewhere.isEmpty, "a reader does not release what it saw")
        drain()
        #expect(observer.wereElsewhere == [false])
    }

    @Test func `the tree of a store that nobody has any more is released later`() {
        let observer = Observer()
        var published: PublishedTree? = PublishedTree(
            tree: tree(Observer.Token(observer)), revision: Revision(1), drained)
        #expect(published?.hasNode(at: "/a") == true)
        published = nil
        #expect(observer.wereElsewhere.isEmpty)
        drain()
        #expect(observer.wereElsewhere == [false])
    }

    @Test func `the thread releases all it was given before it ends`() {
        let observer = Observer()
        let released = DispatchSemaphore(value: 0)
        do {
            let threaded = TreeReclamation(clock: SystemClock(), attendedBy: nil)
            for _ in 0..<100 {
                var tree = tree(Observer.Token(observer) { released.signal() })
                threaded.release(&tree)
            }
        }
        for _ in 0..<100 { released.wait() }
        #expect(observer.wereElsewhere == Array(repeating: true, count: 100))
    }

    @Test func `a view outlives its store`() async throws {
        let store = try await TreeStore.inMemory()
        for number in 0..<100 { try await store.put(number, at: "/many/\("n\(number)")") }
        let view = store.view
        try await store.deleteAll(matching: "/many/*")
        #expect(store.view.count(matching: "/many/*") == 0)
        try await store.close()
        #expect(try view.get("/many/n7", as: Int.self) == 7)
        #expect(view.count(matching: "/many/*") == 100)
    }
}
