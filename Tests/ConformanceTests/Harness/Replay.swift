/// Replays a trace and compares each result with the recorded one.
struct Replay {
    /// A place where a decision asks for another result than the recorded one: from there to the next
    /// reset the reference model says what is right.
    struct Excuse {
        var file: String
        var firstLine: Int
        var decision: String
    }

    let trace: Trace
    var excuses: [Excuse] = []
    /// How many lines were compared.
    private(set) var comparedCount = 0

    init(_ trace: Trace, excuses: [Excuse] = []) {
        self.trace = trace
        self.excuses = excuses.filter { $0.file == trace.file }
    }

    /// What went wrong first, nil when everything agrees.
    mutating func run(_ perform: (Trace.Line) -> JSON) -> String? {
        var model = Model()
        var isExcused = false
        for (index, line) in trace.lines.enumerated() {
            isExcused =
                !line.isReset && (isExcused || excuses.contains { $0.firstLine == line.number })
            let found = perform(line)
            let modelled = excuses.isEmpty ? .null : model.perform(line.json)
            guard line.isCompared, let recorded = line.json["result"] else { continue }
            comparedCount += 1
            let expected = isExcused ? modelled : recorded
            if Comparison.agree(found, expected) { continue }
            let last = trace.lines[max(0, index - 20)...index]
                .map { $0.json.removing("result").description }
            return """
                \(trace.file):\(line.number)
                expected \(expected)
                found    \(found)
                the last operations:
                \(last.joined(separator: "\n"))
                """
        }
        return nil
    }
}
