import Testing

@Suite("Leftovers") struct LeftoverTests {
    @Test func `no task marker is left in the code`() {
        let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        for file in SourceFile.all(under: ["Sources", "Tests", "Benchmarks"]) {
            for (number, line) in file.lines.enumerated() {
                for marker in markers where line.contains(marker) {
                    Issue.record("\(file.path):\(number + 1): \(marker)")
                }
            }
        }
    }

    @Test func `no source file forces, prints or traps without a sentence`() {
        let banned = [
            "try!", " as! ", "fatalError()", "preconditionFailure()", "nonisolated(unsafe)",
        ]
        for file in SourceFile.all(under: ["Sources"]) {
            for (number, line) in file.code.enumerated() {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1): \(word)")
                }
            }
        }
    }

    @Test func `every unchecked Sendable says why`() {
        for file in SourceFile.all(under: ["Sources"]) {
            for (number, line) in file.code.enumerated() where line.contains("@unchecked Sendable")
            {
                let above = file.lines[max(0, number - 12)..<number]
                if !above.contains(where: { $0.contains("//") }) {
                    Issue.record("\(file.path):\(number + 1): no comment proves it")
                }
            }
        }
    }

    @Test func `every source file is used by another`() {
        let files = SourceFile.all(under: ["Sources", "Tests", "Benchmarks"])
        let words = files.map { file in
            Set(file.code.flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } })
        }
        for (position, file) in files.enumerated() where file.path.hasPrefix("Sources") {
            let names = file.code.compactMap(Self.declaredName)
            let used = names.contains { name in
                words.indices.contains { $0 != position && words[$0].contains(Substring(name)) }
            }
            if !names.isEmpty && !used { Issue.record("nothing names \(names) of \(file.path)") }
        }
    }

    /// The name of a type, function or property that a line declares.
    private static func declaredName(_ line: String) -> String? {
        for keyword in ["struct ", "class ", "enum ", "protocol ", "func ", "var ", "@main"] {
            guard let range = line.firstRange(of: keyword) else { continue }
            if keyword == "@main" { return nil }
            let name = line[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if !name.isEmpty { return String(name) }
        }
        return nil
    }
}
