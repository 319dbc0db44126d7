import Testing

@Suite("Reference model") struct ModelTests {
    @Test func `the model agrees with every compared line of the recorded traces`() throws {
        var compared = 0
        for trace in try Trace.all() {
            var model = Model()
            for (number, line) in trace.lines {
                let found = model.perform(line)
                guard line["op"] != "reset", line["compare"] != false else { continue }
                compared += 1
                let expected = try #require(line["result"])
                if !Comparison.agree(found, expected) {
                    Issue.record(
                        """
                        \(trace.file):\(number): \(line.removing("result"))
                        expected \(expected)
                        found    \(found)
                        """)
                    break
                }
            }
        }
        #expect(compared >= 16_000)
    }
}
