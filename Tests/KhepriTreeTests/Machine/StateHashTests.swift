import Testing

@testable import KhepriTree

@Suite("State hash") struct StateHashTests {
    @Test func `the digest is SipHash-2-4 with 128 bits`() {
        // Test vectors of the reference implementation, whose key is the bytes 0 to 15.
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        func hex(_ digest: UInt128) -> String {
            let digits = String(digest.byteSwapped, radix: 16, uppercase: true)
            return String(repeating: "0", count: 32 - digits.count) + digits
        }
        var hash = SipHash128(key: key)
        #expect(hex(hash.finish()) == "A3817F04BA25A8E66DF67214C7550293")
        hash.append(0x0706_0504_0302_0100)
        #expect(hex(hash.finish()) == "3B62A9BA6258F5610F83E264F31497B4")
    }

    @Test func `the hash of version 1 never changes`() {
        var store = TestStore()
        #expect(store.machine.stateHash == 264_129_457_343_772_455_562_631_958_545_630_519_120)
        store.put("/stock/wood of 16 bytes/oak", 5)
        store.put("/w", nil, [.path("/stock", .exists(true))])
        store.put("/", 1)
        #expect(store.machine.stateHash == 268_849_036_178_525_169_057_278_887_136_538_539_608)
    }

    @Test func `every part of the state takes part`() {
        var hashes: Set<UInt128> = []
        var store = TestStore()
        let steps: [(TreeOperation.Kind, TreePattern)] = [
            (.put(.of(1)), "/a"), (.put(.of(2)), "/a"), (.put(.of(1)), "/a"),
            (.put(.of(1, [.itself(.exists(true))])), "/a"),
            (.put(.of(1, [.itself(.hasPayload(true))])), "/a"), (.put(.of(1, [])), "/a"),
            (.put(.of(1)), "/a/b"), (.delete, "/a/b"), (.put(.of(nil)), "/a"),
            (.delete, "/a"), (.put(.of(1)), "/a"),
        ]
        for (kind, pattern) in steps {
            store.apply(kind, at: pattern)
            hashes.insert(store.machine.stateHash)
        }
        // Clearing the set restores the state of three steps before.
        #expect(hashes.count == steps.count - 1)
    }

    @Test func `names are kept apart`() {
        let paths: [TreePath] = ["/a", "/a/a", "/aa", "/b", "/a0", "/aaaaaaaa", "/aaaaaaa/a", "/"]
        let node = Tree().root
        #expect(Set(paths.map { node.stateHash(at: $0) }).count == paths.count)
    }

    @Test func `the same state has the same hash whatever led to it`() {
        var first = TestStore()
        var second = TestStore()
        first.put("/a", 1)
        first.put("/b", 1)
        first.transaction([.put("/c", 1), .put("/d", 1)])
        second.put("/a", 1)
        second.put("/b", 1)
        second.transaction([.put("/c", 1), .put("/d", 2), .put("/d", 1)])
        #expect(first.machine.stateHash != second.machine.stateHash, "versions differ")
        first.delete("/")
        second.delete("/")
        #expect(first.machine.stateHash == second.machine.stateHash)
    }
}
