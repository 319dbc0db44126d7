import KhepriTree
import Testing

@Suite("Operations as lines") struct CodecTests {
    /// The model, behind the system's parser and printer of operations.
    private func subject() -> Subject {
        var model = Model()
        return { line in
            do {
                switch try OperationLine(line) {
                case .header: return ""
                case .reset: return model.perform(.object(["op": "reset"])).description
                case .operation(let operation):
                    return model.perform(try JSONParser.parse(operation.jsonText)).description
                }
            } catch {
                // The model counts a revision for each line, malformed or not.
                let refused = model.perform(.object(["op": "none"]))
                guard let error = error as? OperationError else { return "\(error)" }
                return refused.adding(
                    "error", .object(["code": .string(Text(error.code.rawValue))])
                )
                .description
            }
        }
    }

    @Test func `an operation means the same after it was parsed and printed`() {
        let differential = Differential(makeSubject: subject)
        for seed in UInt64(1000)..<1010 {
            var generator = OperationGenerator(seed: seed)
            let report = differential.report(generator.run(count: 300), seed: seed)
            guard let report else { continue }
            Issue.record("\(report)")
            return
        }
    }
}
