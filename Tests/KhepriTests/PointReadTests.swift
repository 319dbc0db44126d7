import Foundation
import Testing

@testable import Khepri
@testable import KhepriTree

@Suite("Point reads") struct PointReadTests {
    @Test func `payloads of every length are read whole`() async throws {
        let store = try await TreeStore.inMemory()
        for length in Array(0...140) + [255, 256, 257, 5_000] {
            let value = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await store.put(value, at: "/value")
            #expect(try store.local.get("/value", as: [UInt8].self) == value)
            #expect(try store.local.node(at: "/value", as: [UInt8].self)?.value == value)
            let payload = try store.local.get("/value", as: Payload.self)
            #expect(payload == (try store.view.get("/value", as: Payload.self)))
        }
        try await store.close()
    }

    @Test func `a node without payload is there, a missing one is not`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a/b")
        #expect(try store.local.get("/a", as: Int.self) == nil)
        #expect(try store.local.node(at: "/a", as: Int.self)?.childCount == 1)
        #expect(try store.local.node(at: "/a", as: Int.self)?.value == nil)
        #expect(try store.local.node(at: "/a/c", as: Int.self) == nil)
        #expect(try store.local.get("/a/b/c", as: Int.self) == nil)
        #expect(store.local.exists("/a") && !store.local.exists("/b"))
        #expect(store.local.exists("/"))
        try await store.close()
    }

    @Test func `readers see all of a write or nothing of it, beside a writer`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put([UInt8](repeating: 0, count: 120), at: "/value")
        let local = store.local
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 1...400 {
                    // Lengths on both sides of what is copied under the lock.
                    let count = number % 2 == 0 ? 120 : 200
                    let value = [UInt8](repeating: UInt8(number % 256), count: count)
                    try await store.put(value, at: "/value")
                }
                try await store.put([UInt8](), at: "/value")
            }
            group.addTask {
                while let value = try local.get("/value", as: [UInt8].self), let first = value.first
                {
                    #expect(value.allSatisfy { $0 == first })
                    #expect(value.count == (first % 2 == 0 ? 120 : 200))
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        try await store.close()
    }

    @Test func `threads next to each other have slots of their own`() {
        // Descriptors as glibc places them for stacks of 8 MiB and others.
        for distance: UInt in [0x80_1000, 0x80_2000, 0x4_1000, 0x8_1000, 0x20_1000] {
            var distinct = 0
            for base: UInt in stride(from: 0x7F00_0000_06C0, to: 0x7F10_0000_06C0, by: 0x1234_5000)
            {
                let threads = (0..<8).map { base - $0 * distance }
                distinct += Set(threads.map { StripedLock.slot(of: $0) }).count
            }
            let count = stride(from: 0x7F00_0000_06C0, to: 0x7F10_0000_06C0, by: 0x1234_5000)
                .reduce(0) { count, _ in count + 1 }
            #expect(Double(distinct) / Double(count) > 7.2, "\(distance)")
        }
    }
}
