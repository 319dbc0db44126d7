import TestSupport
import Testing

@testable import KhepriTree

/// A lease keeps nodes as an ordinary node does that they watch, and ends as that is deleted.
///
/// The same random commands go to a machine with leases and to one with nodes in their places; what that
/// does is known from the recorded behaviour of Khepri.
@Suite("Leases against watched nodes") struct LeaseEquivalenceTests {
    private struct Pair {
        var random: TestRandom
        var leases = LeaseStore()
        var nodes = LeaseStore()
        private let numbers = 0..<3 as Range<UInt64>

        init(random: TestRandom) { self.random = random }

        private func stand(_ number: UInt64) throws -> TreePath {
            TreePath(components: ["leases", try PathComponent("\(number)")])
        }

        private mutating func path() -> TreePath {
            let depth = Int.random(in: 1...3, using: &random)
            let names: [PathComponent] = (0..<depth).map { _ in
                ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
            }
            return TreePath(components: ["t"] + names)
        }

        /// The same conditions in both forms.
        private mutating func conditions() throws -> [[KeepWhileEntry]]? {
            guard random.chance(70) else { return nil }
            var pair: [[KeepWhileEntry]] = [[], []]
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                if random.chance(60) {
                    let number = UInt64.random(in: numbers, using: &random)
                    pair[0].append(.lease(number))
                    pair[1].append(.path(try stand(number), .exists(true)))
                } else {
                    let entry = KeepWhileEntry.path(path(), .exists(random.chance(80)))
                    for index in 0...1 { pair[index].append(entry) }
                }
            }
            return pair
        }

        private mutating func operations(count: Int) throws -> [[TreeOperation]] {
            var pair: [[TreeOperation]] = [[], []]
            for _ in 0..<count {
                let target = TreePattern(path())
                let kinds: [TreeOperation.Kind]
                switch Int.random(in: 0..<8, using: &random) {
                case 0: kinds = [.delete]
                case 1: kinds = [.copy(from: path(), overwrite: random.chance(50))]
                case 2: kinds = [.move(from: path(), overwrite: random.chance(50))]
                case 3:
                    let entries = try conditions()
                    kinds = [0, 1].map { .clearPayload(keepWhile: entries?[$0]) }
                default:
                    let (value, entries) = (random.chance(70) ? 1 : nil, try conditions())
                    kinds = [0, 1].map { .put(.of(value, entries?[$0])) }
                }
                for index in 0...1 {
                    pair[index].append(
                        TreeOperation(kinds[min(index, kinds.count - 1)], at: target))
                }
            }
            return pair
        }

        /// Applies one more command to both; what they answer.
        mutating func step() throws -> [String] {
            let number = UInt64.random(in: numbers, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                try leases.apply(.revoke(LeaseStore.id(number)))
                try nodes.apply(TreeOperation(.delete, at: TreePattern(try stand(number))))
                return []
            case 1, 2:
                try leases.grant(number)
                let stand = TreePattern(try stand(number))
                try nodes.apply(TreeOperation(.put(.of(1, nil)), at: stand))
                return []
            case 3:
                let pair = try operations(count: 3)
                return [
                    try leases.apply(TreeOperation(.transaction(readOnly: false, pair[0]))),
                    try nodes.apply(TreeOperation(.transaction(readOnly: false, pair[1]))),
                ]
            default:
                let pair = try operations(count: 1)
                return [try leases.apply(pair[0][0]), try nodes.apply(pair[1][0])]
            }
        }

        /// All properties of all nodes but those that stand for leases.
        static func dump(_ store: LeaseStore) -> String {
            let options = TreeOperation.Options(
                returning: [
                    .payload, .payloadVersion, .childListVersion, .childCount, .createdRevision,
                    .modifiedRevision, .childrenRevision,
                ])
            return store.machine.tree.read(TreeOperation(.getMany, at: "/t/**", options: options))
                .summary
        }
    }

    @Test func `both machines do the same`() throws {
        var pair = Pair(random: TestRandom(for: "leases against watched nodes"))
        var vanishedCount = 0
        for _ in 0..<10_000 * TestRuns.scale {
            let answers = try pair.step()
            #expect(answers.first == answers.last)
            let (first, second) = (Pair.dump(pair.leases), Pair.dump(pair.nodes))
            if first != second || answers.first != answers.last {
                Issue.record("\(answers)\n\(first)\n\(second)")
                return
            }
            if answers.isEmpty, pair.leases.changes.contains("-") { vanishedCount += 1 }
        }
        #expect(vanishedCount > 100 * TestRuns.scale)
    }
}
