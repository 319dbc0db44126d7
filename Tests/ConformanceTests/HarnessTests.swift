import Testing

/// Whether the checkers can fail.
@Suite("Harness") struct HarnessTests {
    /// A model that skips operations of some kind.
    private func model(skipping isSkipped: @escaping (JSON) -> Bool) -> () -> Subject {
        {
            var model = Model()
            return { line in
                guard let operation = try? JSONParser.parse(line) else { return "" }
                guard isSkipped(operation) else { return model.perform(operation).description }
                var copy = model
                return copy.perform(operation).description
            }
        }
    }

    private let trace = """
        {"format":"khepri-ops/1"}
        {"op":"put","path":"/a","value":1,"result":{"nodes":[["/a",{"payloadVersion":1}]]}}
        {"op":"put","path":"/a","value":2,"result":{"nodes":[["/a",{"payloadVersion":9}]]}}
        {"op":"exists","path":"/a","result":{"bool":true}}
        {"op":"reset"}
        {"op":"exists","path":"/a","result":{"bool":true}}
        """

    @Test func `a wrong result is reported with its line and the operations before it`() throws {
        var model = Model()
        var replay = Replay(try Trace(name: "made-up", text: trace))
        let fault = try #require(replay.run { model.perform($0.json) })
        #expect(fault.hasPrefix("made-up:3\n"))
        #expect(fault.hasSuffix(#"{"op":"put","path":"/a","value":2}"#))
    }

    @Test func `an excuse holds up to the next reset and to the model's result`() throws {
        let made = try Trace(name: "made-up", text: trace)
        let excuses = [Replay.Excuse(file: "made-up", firstLine: 3, decision: "made up")]
        var model = Model()
        var replay = Replay(made, excuses: excuses)
        #expect(replay.run { model.perform($0.json) }?.hasPrefix("made-up:6\n") == true)
        var broken = Replay(made, excuses: excuses)
        #expect(broken.run { _ in .null }?.hasPrefix("made-up:2\n") == true)
    }

    @Test func `only what the trace has is compared of an error`() throws {
        let error = try JSONParser.parse(
            #"{"error":{"code":"nodeNotFound","path":"/a","isTarget":true,"message":"none"}}"#)
        let other = try JSONParser.parse(#"{"error":{"code":"nodeNotFound","path":"/b"}}"#)
        #expect(Comparison.agree(error, .object(["error": .object(["code": "nodeNotFound"])])))
        #expect(!Comparison.agree(error, other))
    }

    @Test func `a planted fault is found and shrunk to the operations that show it`() {
        let differential = Differential(makeSubject: model { $0["op"] == "move" })
        var generator = OperationGenerator(seed: 1)
        let operations = generator.run(count: 300)
        #expect(differential.run(operations) != nil)
        let shrunk = differential.shrink(operations)
        #expect(shrunk.count <= 6)
        #expect(shrunk.contains { $0["op"] == "move" })
        #expect(differential.report(operations, seed: 1)?.contains("KHEPRI_SEED=1") == true)
    }

    @Test func `the model agrees with itself`() {
        var generator = OperationGenerator(seed: 2)
        let differential = Differential(makeSubject: model { _ in false })
        #expect(differential.run(generator.run(count: 300)) == nil)
    }

    @Test func `random runs reach all that there is to check, often enough`() {
        var distribution = Distribution()
        for seed in UInt64(1)...20 {
            var generator = OperationGenerator(seed: seed)
            distribution.add(generator.run(count: 300))
        }
        let writes = [
            "put", "create", "update", "compareAndSwap", "putMany", "clearPayload",
            "clearManyPayloads", "delete", "deleteMany", "copy", "move",
        ]
        for name in writes { distribution.expect(20, "\(name) → nodes") }
        for name in ["put", "putMany", "delete", "deleteMany", "move", "clearManyPayloads"] {
            distribution.expect(20, "\(name) of several")
            distribution.expect(1, "expired in chains by \(name)")
        }
        for name in ["put", "create", "update", "get"] {
            distribution.expect(2, "\(name) → patternMatchesManyNodes")
            distribution.expect(5, "\(name) → mismatchingNode")
        }
        for name in ["put", "putMany", "create", "update"] {
            distribution.expect(5, "\(name) → keepWhileConditionsNotMet")
        }
        for result in ["results", "aborted", "readOnlyTransaction", "patternMatchesManyNodes"] {
            distribution.expect(20, "transaction → \(result)")
        }
        for up in ["0 up", "1 up", "2 up", "root"] {
            distribution.expect(30, "keep-while of \(up)")
            distribution.expect(4, "keep-while of \(up) pattern")
        }
        distribution.expect(100, "getMany of several")
        distribution.expect(20, "malformed")
        distribution.expect(3, "dump with a chain of three")
        distribution.expect(3, "dump with a circle of two")
        // A condition that some nodes meet and others do not is a real question.
        let conditions = [
            "nameMatches", "pathMatches", "hasPayload true", "hasPayload false", "payloadMatches",
            "payloadVersion", "childListVersion", "childCount", "createdRevision",
            "modifiedRevision", "childrenRevision", "not", "all", "any",
        ]
        for condition in conditions {
            distribution.expect(10, "path \(condition) met by some nodes")
            distribution.expect(1, "keep-while \(condition) met by some nodes")
        }
    }
}

extension Distribution {
    /// Expects that something happened at least so often.
    fileprivate func expect(_ count: Int, _ name: String) {
        #expect(self[name] >= count, "\(name): \(self[name])")
    }
}
