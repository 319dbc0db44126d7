import Testing

@Suite("Leftovers") struct LeftoverTests {
    private static let folders = ["Sources", "Tests", "Benchmarks", "Snippets"]

    @Test func `no task marker is left in the code`() {
        for file in SourceFile.all(under: Self.folders) {
            for violation in Self.markers(in: file) { Issue.record("\(violation)") }
        }
    }

    @Test func `no source file forces or traps without a sentence`() {
        for file in SourceFile.all(under: ["Sources"]) {
            for violation in Self.bannedWords(in: file) { Issue.record("\(violation)") }
        }
    }

    @Test func `every unchecked Sendable says why`() {
        for file in SourceFile.all(under: ["Sources", "Benchmarks"]) {
            for violation in Self.unprovenSendables(in: file) { Issue.record("\(violation)") }
        }
    }

    @Test func `every source file is used by another`() {
        let files = SourceFile.all(under: Self.folders)
        for violation in Self.unused(files) { Issue.record("\(violation)") }
    }

    @Test(arguments: ["// TO" + "DO: later", "let a = 1  // FIX" + "ME", "/* XX" + "X */"])
    func `a planted marker is found`(line: String) {
        #expect(Self.markers(in: SourceFile(path: "X.swift", text: line + "\n")).count == 1)
    }

    @Test(arguments: [
        "let a = try! read()", "let b = c as! Int", "fatalError()", "preconditionFailure()",
        "nonisolated(unsafe) var d = 1", "let e = first!", "return f()!.g",
    ])
    func `a planted trap is found`(line: String) {
        #expect(Self.bannedWords(in: SourceFile(path: "X.swift", text: line + "\n")).count == 1)
    }

    @Test func `what only looks like a trap is none`() {
        let text = "let a = !b != c\nlet d = \"first!\"\nguard !(e), f != g else { return !h }\n"
        #expect(Self.bannedWords(in: SourceFile(path: "X.swift", text: text)).isEmpty)
    }

    @Test func `a planted claim without proof is found`() {
        let text = "let a = 1\nfinal class C: @unchecked Sendable {\n}\n"
        #expect(Self.unprovenSendables(in: SourceFile(path: "X.swift", text: text)).count == 1)
    }

    @Test func `a planted file that nobody uses is found`() {
        let files = [
            SourceFile(path: "Sources/A/Used.swift", text: "struct Used {}\n"),
            SourceFile(path: "Sources/A/Main.swift", text: "@main struct Main { let a: Used }\n"),
            SourceFile(path: "Sources/A/Lonely.swift", text: "struct Lonely {}\n"),
        ]
        #expect(Self.unused(files).count == 1)
    }

    private static func markers(in file: SourceFile) -> [String] {
        let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        return file.lines.enumerated().flatMap { number, line in
            markers.filter { line.contains($0) }.map { "\(file.path):\(number + 1): \($0)" }
        }
    }

    private static func bannedWords(in file: SourceFile) -> [String] {
        let banned = [
            "try!", " as! ", "fatalError()", "preconditionFailure()", "nonisolated(unsafe)",
        ]
        return file.code.enumerated().flatMap { number, line in
            let isForced =
                line.contains("!") && line.contains(/(?!try|as)\b\w+!(?![=\w])|\)!(?![=\w])/)
            let words = banned.filter { line.contains($0) }
            let found = words.isEmpty && isForced ? ["a forced unwrap"] : words
            return found.map { "\(file.path):\(number + 1): \($0)" }
        }
    }

    private static func unprovenSendables(in file: SourceFile) -> [String] {
        file.code.enumerated().compactMap { number, line in
            guard line.contains("@unchecked Sendable") else { return nil }
            let around = file.lines[max(0, number - 12)..<min(number + 2, file.lines.count)]
            let isProven = around.contains { $0.contains("//") }
            return isProven ? nil : "\(file.path):\(number + 1): no comment proves it"
        }
    }

    /// The sources of which no other file names a type, function or property.
    private static func unused(_ files: [SourceFile]) -> [String] {
        let words = files.map { file in
            Set(file.code.flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } })
        }
        return files.enumerated().compactMap { position, file in
            guard file.path.hasPrefix("Sources") else { return nil }
            if file.code.contains(where: { $0.contains("@main") }) { return nil }
            let names = file.code.compactMap(declaredName)
            let isUsed = names.contains { name in
                words.indices.contains { $0 != position && words[$0].contains(Substring(name)) }
            }
            return names.isEmpty || isUsed ? nil : "nothing names \(names) of \(file.path)"
        }
    }

    /// The name of a type, function or property that a line declares.
    private static func declaredName(_ line: String) -> String? {
        for keyword in ["struct ", "class ", "enum ", "protocol ", "func ", "var "] {
            guard let range = line.firstRange(of: keyword) else { continue }
            let name = line[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if !name.isEmpty { return String(name) }
        }
        return nil
    }
}
