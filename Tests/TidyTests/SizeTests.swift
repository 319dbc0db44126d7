import Testing

@Suite("Size and shape") struct SizeTests {
    @Test func `no source file is longer than 400 lines, no test file than 600`() {
        for (folder, limit) in [("Sources", 400), ("Tests", 600), ("Benchmarks", 400)] {
            for file in SourceFile.all(under: [folder]) where file.lines.count > limit + 1 {
                Issue.record("\(file.path) has \(file.lines.count) lines, \(limit) are allowed")
            }
        }
    }

    @Test func `no function is longer than 70 lines`() {
        for file in SourceFile.all(under: ["Sources", "Tests", "Benchmarks"]) {
            for function in Self.functions(in: file) where function.lines > 70 {
                Issue.record("\(file.path): \(function.name) has \(function.lines) lines")
            }
        }
    }

    @Test func `no line is longer than 100 columns`() {
        for file in SourceFile.all(under: ["Sources", "Tests", "Benchmarks"]) {
            for (number, line) in file.lines.enumerated() where line.count > 100 {
                // A long string literal (a golden line, a JSON example) cannot be broken.
                guard !file.code[number].isEmpty, file.code[number].count > 100 else { continue }
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test func `a planted long function is found`() {
        let body = String(repeating: "    let x = 1\n", count: 71)
        let file = SourceFile(path: "X.swift", text: "func planted() {\n\(body)}\n")
        #expect(Self.functions(in: file).contains { $0.name == "planted" && $0.lines > 70 })
    }

    /// The functions of a file with the number of lines from the first brace to the last.
    static func functions(in file: SourceFile) -> [(name: String, lines: Int)] {
        var result: [(String, Int)] = []
        var open: [(name: String, line: Int, depth: Int)] = []
        var pending: (name: String, line: Int)?
        var depth = 0
        for (number, line) in file.code.enumerated() {
            if let name = functionName(in: line) { pending = (name, number) }
            for character in line {
                if character == "{" {
                    if let function = pending {
                        open.append((function.name, function.line, depth))
                        pending = nil
                    }
                    depth += 1
                } else if character == "}" {
                    depth -= 1
                    if let last = open.last, last.depth == depth {
                        result.append((last.name, number - last.line + 1))
                        open.removeLast()
                    }
                }
            }
        }
        return result
    }

    private static func functionName(in line: String) -> String? {
        guard let range = line.firstRange(of: "func ") else { return nil }
        let before = line[..<range.lowerBound]
        guard before.allSatisfy({ $0.isLetter || " @_()".contains($0) }) else { return nil }
        return String(line[range.upperBound...].prefix { $0 != "(" && $0 != "<" })
    }
}
