import Testing

@Suite("Reference model") struct ModelTests {
    @Test func `the model agrees with every compared line of the recorded traces`() throws {
        var comparedCount = 0
        for trace in try Trace.recorded() {
            var model = Model()
            var replay = Replay(trace)
            if let fault = replay.run({ model.perform($0.json) }) { Issue.record("\(fault)") }
            comparedCount += replay.comparedCount
        }
        #expect(comparedCount == 16_155)
    }

    @Test func `the model agrees with the project's decisions`() throws {
        var model = Model()
        var replay = Replay(try Trace.decisions())
        if let fault = replay.run({ model.perform($0.json) }) { Issue.record("\(fault)") }
        #expect(replay.comparedCount > 50)
    }
}
