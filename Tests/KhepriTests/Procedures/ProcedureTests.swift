import Khepri
import KhepriTree
import Testing

@Suite("Procedures") struct ProcedureTests {
    private static func reserve(version: Int = 1, by factor: Int = 1) throws -> Procedure {
        try Procedure("reserve", version: version) { (transaction, count: Int) in
            let left = try transaction.get("/stock", as: Int.self) ?? 0
            guard left >= count * factor else { return false }
            try transaction.put(left - count * factor, at: "/stock")
            return true
        }
    }

    /// A store with stock, and procedures.
    private func store(_ procedures: Procedure...) async throws -> TreeStore {
        let store = try await TreeStore.inMemory()
        try await store.put(10, at: "/stock")
        for procedure in procedures { store.register(procedure) }
        return store
    }

    @Test func `a procedure is a transaction that is called by its name`() async throws {
        let store = try await store(try Self.reserve())
        #expect(try await store.call("reserve", with: 7, as: Bool.self))
        #expect(try await !store.call("reserve", with: 7, as: Bool.self))
        #expect(try await store.get("/stock", as: Int.self) == 3)
    }

    @Test func `the highest version is called unless another is named`() async throws {
        let store = try await store(
            try Self.reserve(version: 10, by: 2), try Self.reserve(version: 9))
        #expect(try await store.call("reserve", with: 1, as: Bool.self))
        #expect(try await store.get("/stock", as: Int.self) == 8)
        #expect(try await store.call("reserve", version: 9, with: 1, as: Bool.self))
        #expect(try await store.get("/stock", as: Int.self) == 7)
        #expect(store.procedures.map(\.name) == ["reserve"])
        #expect(store.procedures[0].versions == [9, 10])
    }

    @Test func `what a member has not got is refused, with what it has`() async throws {
        let store = try await store(try Self.reserve())
        let call = { (name: String, version: Int?) async throws in
            try await store.call(name, version: version, with: 1, as: Bool.self)
        }
        let other = await #expect(throws: StoreError.self) { try await call("buy", nil) }
        #expect(other?.code == .procedureNotFound)
        #expect(other?.message == "this member has no procedure buy, it has reserve")
        let newer = await #expect(throws: StoreError.self) { try await call("reserve", 2) }
        #expect(newer?.message == "this member has version 1 of reserve, and not 2")
        store.unregisterProcedure("reserve")
        let none = await #expect(throws: StoreError.self) { try await call("reserve", nil) }
        #expect(none?.message == "this member has no procedure reserve, it has none")
        #expect(try await store.get("/stock", as: Int.self) == 10)
    }

    @Test func `a store that is closed says so, whatever is called`() async throws {
        let store = try await TreeStore.inMemory()
        store.register(try Procedure("one") { (_, _: Int) in 1 })
        try await store.close()
        store.register(try Procedure("two") { (_, _: Int) in 2 })
        for name in ["one", "two", "three"] {
            let error = await #expect(throws: StoreError.self) {
                try await store.call(name, with: 0, as: Int.self)
            }
            #expect(error?.code == .closed)
        }
        #expect(store.procedures.isEmpty)
    }

    @Test func `a node may refer to one, and be changed to another`() async throws {
        let store = try await store(try Self.reserve(), try Self.reserve(version: 2, by: 5))
        let call = { try await store.call(at: "/checkout", with: 1, as: Bool.self) }
        let missing = await #expect(throws: StoreError.self) { try await call() }
        #expect(missing?.code == .nodeNotFound)
        try await store.put(ProcedureReference("reserve", version: 1), at: "/checkout")
        #expect(try await call())
        #expect(try await store.get("/stock", as: Int.self) == 9)
        try await store.put(ProcedureReference("reserve"), at: "/checkout")
        #expect(try await call())
        #expect(try await store.get("/stock", as: Int.self) == 4)
        try await store.put(5, at: "/checkout")
        let wrong = await #expect(throws: StoreError.self) { try await call() }
        #expect(wrong?.code == .valueCoding)
    }

    @Test func `arguments and answers of another type are errors that say so`() async throws {
        let store = try await store(try Self.reserve())
        let argument = await #expect(throws: StoreError.self) {
            try await store.call("reserve", with: "many", as: Bool.self)
        }
        #expect(argument?.code == .valueCoding)
        #expect(argument?.mayHaveBeenApplied == false)
        #expect(try await store.get("/stock", as: Int.self) == 10)
        let answer = await #expect(throws: StoreError.self) {
            try await store.call("reserve", with: 1, as: String.self)
        }
        #expect(answer?.code == .valueCoding)
        #expect(answer?.mayHaveBeenApplied == true)
        #expect(try await store.get("/stock", as: Int.self) == 9)
    }

    @Test func `a procedure that throws changes nothing`() async throws {
        struct Refusal: Error {}
        let store = try await store(
            try Procedure("fail") { (transaction, _: Int?) -> Int in
                try transaction.put(0, at: "/stock")
                throw Refusal()
            })
        await #expect(throws: Refusal.self) {
            try await store.call("fail", with: Int?.none, as: Int.self)
        }
        #expect(try await store.get("/stock", as: Int.self) == 10)
    }

    @Test(arguments: ["", "a b", String(repeating: "x", count: 65), "é"])
    func `a name has rules`(name: String) throws {
        let error = #expect(throws: StoreError.self) {
            try Procedure(name) { (_, _: Int) in 0 }
        }
        #expect(error?.code == .invalidOperation)
        #expect(throws: StoreError.self) { try Procedure("a", version: 0) { (_, _: Int) in 0 } }
    }

    @Test func `a hundred callers of one counter all count`() async throws {
        let store = try await store(
            try Procedure("count") { (transaction, step: Int) in
                let count = try transaction.get("/count", as: Int.self) ?? 0
                try transaction.put(count + step, at: "/count")
                return count + step
            })
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await store.call("count", with: 2, as: Int.self) }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(counts == Set((1...100).map { $0 * 2 }))
    }
}
