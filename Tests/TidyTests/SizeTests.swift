import Testing

@Suite("Size and shape") struct SizeTests {
    private static let folders = ["Sources", "Tests", "Benchmarks", "Snippets"]

    @Test func `no source file is longer than 400 lines, no test file than 600`() {
        for file in SourceFile.all(under: Self.folders) {
            if let violation = Self.excess(of: file) { Issue.record("\(violation)") }
        }
    }

    @Test func `no function is longer than 70 lines`() {
        for file in SourceFile.all(under: Self.folders) {
            for function in Self.functions(in: file) where function.lines > 70 {
                Issue.record("\(file.path): \(function.name) has \(function.lines) lines")
            }
        }
    }

    @Test func `no line is longer than 100 columns`() {
        for file in SourceFile.all(under: Self.folders) {
            for violation in Self.wideLines(of: file) { Issue.record("\(violation)") }
        }
    }

    @Test(arguments: [("Sources/X.swift", 400), ("Snippets/X.swift", 400), ("Tests/X.swift", 600)])
    func `a planted long file is found`(path: String, limit: Int) {
        func file(_ count: Int) -> SourceFile {
            SourceFile(path: path, text: String(repeating: "let x = 1\n", count: count))
        }
        #expect(Self.excess(of: file(limit)) == nil)
        #expect(Self.excess(of: file(limit + 1)) != nil)
    }

    @Test func `a planted wide line is found`() {
        func file(_ line: String) -> SourceFile { SourceFile(path: "X.swift", text: line + "\n") }
        let name = String(repeating: "x", count: 92)
        #expect(Self.wideLines(of: file("let \(name) = 1")).isEmpty)
        #expect(Self.wideLines(of: file("let x\(name) = 1")).count == 1)
        #expect(Self.wideLines(of: file("let x = \"\(name) and more\"")).isEmpty)
    }

    @Test func `a planted long function is found`() {
        let body = String(repeating: "    let x = 1\n", count: 71)
        let file = SourceFile(path: "X.swift", text: "func planted() {\n\(body)}\n")
        #expect(Self.functions(in: file).contains { $0.name == "planted" && $0.lines > 70 })
    }

    /// What is too much of a file.
    private static func excess(of file: SourceFile) -> String? {
        let limit = file.path.hasPrefix("Tests/") ? 600 : 400
        guard file.lines.count > limit + 1 else { return nil }
        return "\(file.path) has \(file.lines.count - 1) lines, \(limit) are allowed"
    }

    /// The lines of code beyond 100 columns; a long string literal cannot be broken.
    private static func wideLines(of file: SourceFile) -> [String] {
        file.lines.enumerated().compactMap { number, line in
            guard line.count > 100, file.code[number].count > 100 else { return nil }
            return "\(file.path):\(number + 1) has \(line.count) columns"
        }
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
