import Testing

@testable import KhepriTree

@Suite("Limit of visits") struct VisitLimitTests {
    private func machine(_ operations: [(TreeOperation.Kind, TreePattern)]) -> TreeMachine {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        for (number, (kind, pattern)) in operations.enumerated() {
            let context = ApplyContext(revision: Revision(UInt64(number) + 1), time: 0)
            _ = machine.apply(TreeCommand(TreeOperation(kind, at: pattern)), in: context)
        }
        return machine
    }

    private func children(_ count: Int, of parent: TreePath) -> [(TreeOperation.Kind, TreePattern)]
    {
        (0..<count).map { (.put(.of(1)), "\(parent)/\($0)" as TreePattern) }
    }

    /// Whether an operation stays within a limit; if not, it must leave no trace.
    private func fits(
        _ kind: TreeOperation.Kind, at pattern: TreePattern, in original: TreeMachine, limit: Int
    ) -> Bool {
        var machine = original
        let dump = original.tree.read(TreeOperation(.dump))
        let command = TreeCommand(TreeOperation(kind, at: pattern))
        let context = ApplyContext(revision: Revision(1_000), time: 0)
        let outcome = machine.apply(command, in: context, visitLimit: limit)
        machine.checkInvariants()
        guard case .visitLimitExceeded = outcome else { return true }
        #expect(machine.stateHash == original.stateHash)
        #expect(machine.revision == original.revision)
        #expect(machine.tree.read(TreeOperation(.dump)) == dump)
        #expect(machine.tree.root.subtreeRevision == original.tree.root.subtreeRevision)
        guard case .applied = machine.apply(command, in: context) else { return true }
        machine.checkInvariants()
        return false
    }

    @Test func `64 visits are in place and 65 are not`() {
        let machine = machine(children(62, of: "/p"))
        let larger = self.machine(children(63, of: "/p"))
        // The root, /p and its children.
        for kind in [.count, .getMany, .putMany(.of(2)), .clearManyPayloads()]
            as [TreeOperation.Kind]
        {
            let kind = TreeOperation.Kind.transaction(
                readOnly: false, [TreeOperation(kind, at: "/p/*")])
            #expect(fits(kind, at: .root, in: machine, limit: 64))
            #expect(!fits(kind, at: .root, in: larger, limit: 64))
        }
    }

    @Test func `a removal looks at all it removes`() {
        // The pattern's two steps, /p and its children.
        #expect(fits(.delete, at: "/p", in: machine(children(61, of: "/p")), limit: 64))
        #expect(!fits(.delete, at: "/p", in: machine(children(62, of: "/p")), limit: 64))
    }

    @Test func `several subtrees are counted before the first is removed`() {
        let small: [(TreeOperation.Kind, TreePattern)] = [(.put(.of(1)), "/p/a")]
        // The root and /p, and what is below /p: looked at to match, and removed.
        #expect(
            fits(.deleteMany, at: "/p/*", in: machine(small + children(57, of: "/p/b")), limit: 64))
        for parent in ["/p/b", "/p/0"] as [TreePath] {
            let machine = machine(small + children(63, of: parent))
            #expect(!fits(.deleteMany, at: "/p/*", in: machine, limit: 64), "\(parent)")
            #expect(!fits(.delete, at: "/", in: machine, limit: 64), "\(parent)")
            for kind in [
                .move(from: "/p/a", overwrite: true), .copy(from: "/p/a", overwrite: true),
            ]
                as [TreeOperation.Kind]
            {
                #expect(!fits(kind, at: TreePattern(parent), in: machine, limit: 64), "\(parent)")
            }
        }
        #expect(fits(.delete, at: "/", in: machine(children(61, of: "/p")), limit: 64))
        #expect(!fits(.delete, at: "/", in: machine(children(62, of: "/p")), limit: 64))
    }

    @Test func `watchers that go after the write are undone too`() {
        let watch: [(TreeOperation.Kind, TreePattern)] = (0..<40).map {
            (.put(.of(1, [.path("/t", .exists(true))])), "/w\($0)/x" as TreePattern)
        }
        let watched = machine([(.put(.of(1)), "/t")] + watch)
        #expect(!fits(.delete, at: "/t", in: watched, limit: 64))
        #expect(fits(.delete, at: "/t", in: watched, limit: 1_000))
        let itself: [(TreeOperation.Kind, TreePattern)] = [
            (.put(.of(1, [.itself(.number(.childCount, .lt, 63))])), "/p")
        ]
        let full = machine(itself + children(62, of: "/p"))
        #expect(!fits(.put(.of(1)), at: "/p/new", in: full, limit: 64))
    }

    @Test func `a write of one node fits whatever its depth`() {
        let deep = TreePattern(components: Array(repeating: .named("d"), count: 63))
        let machine = machine([])
        #expect(fits(.put(.of(1)), at: deep, in: machine, limit: 64))
        let built = self.machine([(.put(.of(1)), deep)])
        #expect(!fits(.delete, at: deep, in: built, limit: 63))
        #expect(fits(.delete, at: deep, in: built, limit: 65), "ancestors that go are not counted")
    }
}
