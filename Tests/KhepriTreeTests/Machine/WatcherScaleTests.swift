import Testing

@testable import KhepriTree

@Suite("Many watchers") struct WatcherScaleTests {
    private func machine(watcherCount: Int, _ entry: (Int) -> KeepWhileEntry) -> TreeMachine {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        apply(.put(.of(1)), at: "/t/x", to: &machine)
        for number in 0..<watcherCount {
            apply(.put(.of(1, [entry(number)])), at: "/w/\(number)", to: &machine)
        }
        #expect(machine.tree.nodeCount == watcherCount + 4)
        return machine
    }

    private func apply(
        _ kind: TreeOperation.Kind, at pattern: TreePattern, to machine: inout TreeMachine
    ) {
        let context = ApplyContext(revision: Revision(machine.revision.rawValue + 1), time: 0)
        let command = TreeCommand(TreeOperation(kind, at: pattern))
        _ = machine.apply(command, in: context, wantsNodes: false)
    }

    @Test func `watchers with an equal entry are one group`() {
        for entry in [.path("/t/x", .exists(true)), .pattern("/t/*", .exists(true))]
            as [KeepWhileEntry]
        {
            let machine = machine(watcherCount: 100) { _ in entry }
            #expect(machine.editor.keepWhile.groupsByKey.count == 1)
        }
    }

    @Test func `all go with what they watch, and the index is empty then`() {
        let entries: [(Int) -> KeepWhileEntry] = [
            { _ in .path("/t/x", .exists(true)) },
            { _ in .pattern("/t/*", .exists(true)) },
            { .path("/t/x", .number(.payloadVersion, .lt, UInt64($0) + 10)) },
            { .path("/t/x/\($0)", .exists(false)) },
            { $0 == 0 ? .path("/t", .exists(true)) : .path("/w/\($0 - 1)", .exists(true)) },
        ]
        for (number, entry) in entries.enumerated() {
            var machine = machine(watcherCount: 2_000, entry)
            apply(.put(.of(2)), at: "/t/x", to: &machine)
            #expect(machine.tree.nodeCount == 2_004)
            if number == 3 {
                for watched in 0..<2_000 {
                    apply(.put(.of(1)), at: "/t/x/\(watched)", to: &machine)
                }
            } else {
                apply(.delete, at: "/t", to: &machine)
            }
            #expect(machine.tree.node(at: "/w" as TreePath) == nil, "kind \(number)")
            machine.checkInvariants()
            let index = machine.editor.keepWhile
            #expect(index.groups.count == index.freeGroups.count)
            #expect(index.trie.isEmpty)
            #expect(index.setCount == 0)
        }
    }
}
