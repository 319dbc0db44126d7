import TestSupport
import Testing

@testable import KhepriTree

/// Random changes on a tree and on a dictionary, which must stay the same.
@Suite("Tree against its model") struct TreeAgainstModelTests {
    @Test(arguments: [4, 5, 6, 8, 16, 32])
    func `random changes have the effect they have on a dictionary`(pageLimit: Int) throws {
        var run = try RandomRun(pageLimit: pageLimit, pathsOfDepth: 1...4, namesOfEach: 6)
        try run.change(times: 400)
        run.finish()
    }

    @Test(arguments: [4, 5, 7, 32])
    func `a wide directory grows and shrinks through every shape of its pages`(
        pageLimit: Int
    ) throws {
        var run = try RandomRun(pageLimit: pageLimit, pathsOfDepth: 1...1, namesOfEach: 300)
        for insertions in [80, 30, 70, 10] {
            run.insertionPercent = insertions
            try run.change(times: 250)
        }
        run.finish()
    }

    @Test func `a directory emptied and filled in order keeps its shape`() throws {
        for order in [Array(0..<100), Array((0..<100).reversed())] {
            var modelled = ModelledTree(pageLimit: 4)
            for number in order {
                try modelled.insert(ModelPath(names: [[1, UInt8(number)]]), payload: nil)
                modelled.tree.checkInvariants()
            }
            modelled.expectEqual()
            for number in order {
                try modelled.remove(ModelPath(names: [[1, UInt8(number)]]))
                modelled.tree.checkInvariants()
            }
            modelled.expectEqual()
        }
    }
}

/// A run of random changes that keeps copies and checks in the end that none of them changed.
private struct RandomRun {
    var insertionPercent = 45
    private var generator: TestRandom
    private var modelled: ModelledTree
    private var copies: [ModelledTree] = []
    private let names: [[UInt8]]
    private let depths: ClosedRange<Int>

    init(pageLimit: Int, pathsOfDepth depths: ClosedRange<Int>, namesOfEach: Int) throws {
        var generator = TestRandom(for: "tree against its model")
        names = Self.names(namesOfEach, using: &generator)
        modelled = ModelledTree(pageLimit: pageLimit)
        self.depths = depths
        self.generator = generator
    }

    /// Short names, names with one beginning of 15 bytes, and names with zeros.
    private static func names(
        _ count: Int, using generator: inout TestRandom
    ) -> [[UInt8]] {
        var names: Set<[UInt8]> = []
        while names.count < count {
            let length = Int.random(in: 1...4, using: &generator)
            let letters = (0..<length).map { _ in UInt8.random(in: 96...122, using: &generator) }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: names.insert(Array(repeating: 97, count: 15) + letters)
            case 1: names.insert(letters + Array(repeating: 0, count: length))
            default: names.insert(letters)
            }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    mutating func change(times: Int) throws {
        for step in 0..<times {
            if generator.chance(3) { copies.append(modelled) }
            let path = randomPath()
            if modelled.model.nodes[path] == nil {
                try insertIfPossible(path)
            } else if generator.chance(insertionPercent) {
                try edit(path)
            } else if path.names.count > 0 {
                try modelled.remove(path)
            }
            modelled.tree.checkInvariants()
            if step % 25 == 0 { modelled.expectEqual() }
        }
    }

    func finish() {
        modelled.expectEqual()
        for copy in copies { copy.expectEqual("a copy changed") }
    }

    private mutating func randomPath() -> ModelPath {
        let depth = generator.chance(2) ? 0 : Int.random(in: depths, using: &generator)
        let chosen = (0..<depth).map { _ in names.randomElement(using: &generator) ?? names[0] }
        return ModelPath(names: chosen)
    }

    private mutating func randomPayload() -> [UInt8]? {
        let count = Int.random(in: 0...40, using: &generator)
        return count == 0 ? nil : (0..<count).map { _ in .random(in: 0...255, using: &generator) }
    }

    private mutating func insertIfPossible(_ path: ModelPath) throws {
        let treePath = try path.treePath()
        #expect(modelled.tree.node(at: treePath) == nil)
        #expect(modelled.tree.remove(treePath, at: .zero) == nil)
        let edited = modelled.tree.edit(treePath) { _ in }
        #expect(!edited)
        guard generator.chance(insertionPercent), modelled.model.nodes[path.parent] != nil else {
            return
        }
        try modelled.insert(path, payload: randomPayload())
    }

    private mutating func edit(_ path: ModelPath) throws {
        modelled.revision += 1
        let revision = modelled.revision
        let payload = randomPayload()
        let what = Int.random(in: 0..<4, using: &generator)
        let edited = modelled.tree.edit(try path.treePath()) { fields in
            switch what {
            case 0:
                fields.payload = payload.map { .set($0) } ?? .clear
                fields.payloadVersion += 1
                fields.modifiedRevision = Revision(revision)
            case 1:
                fields.childListVersion += 1
                fields.childrenRevision = Revision(revision)
            case 2: fields.attachment = Mark(Int(revision))
            default: fields.attachment = nil
            }
        }
        #expect(edited)
        modelled.model.edit(path) { node in
            switch what {
            case 0:
                node.payload = payload
                node.payloadVersion += 1
                node.modifiedRevision = revision
            case 1:
                node.childListVersion += 1
                node.childrenRevision = revision
            case 2: node.attachment = Int(revision)
            default: node.attachment = nil
            }
        }
    }
}
