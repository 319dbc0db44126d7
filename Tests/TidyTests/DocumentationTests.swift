import Foundation
import Testing

/// Every code block of the documents is compiled and run, and what they name is there.
@Suite("Documentation") struct DocumentationTests {
    @Test func `every Swift block stands in a snippet or a script that the gate runs`() throws {
        let compiled = try Self.compiledCode()
        for document in try Self.documents() {
            for block in Self.uncompiled(document, in: compiled) {
                Issue.record("\(document.path): this block is in no snippet:\n\(block)")
            }
        }
    }

    @Test func `a planted block that is compiled nowhere is found`() throws {
        let text = "```swift\nlet a = nowhere\n```\n```swift\nimport Khepri\n```\n"
        let document = Markdown(path: "X.md", text: text)
        #expect(Self.uncompiled(document, in: try Self.compiledCode()).count == 1)
    }

    @Test func `every link to a file of the repository leads to one`() throws {
        for document in try Self.documents() {
            for target in try document.deadLinks() {
                Issue.record("\(document.path) links to \(target), which is not there")
            }
        }
        let planted = Markdown(path: "docs/X.md", text: "[a](NO.md) [b](FORMAT.md) [c](https://d)")
        #expect(try planted.deadLinks() == ["NO.md"])
    }

    @Test func `every document has one title`() throws {
        for document in try Self.documents() {
            #expect(document.titleCount == 1, "\(document.path)")
        }
        #expect(Markdown(path: "X.md", text: "# A\n```sh\n# no\n```\n# B\n").titleCount == 2)
    }

    @Test func `every test that a document names is there`() throws {
        let suites = Self.suites()
        for document in try Self.documents() {
            for violation in try Self.missingTests(document.text, suites) {
                Issue.record("\(document.path) names \(violation)")
            }
        }
    }

    @Test(arguments: [
        "by `NoSuchTests`", "by `TidyTests/NoSuchTests`",
        "`DocumentationTests` \"no such sentence\"",
        "`DocumentationTests` \"every document has one title\",\n\"no such sentence\"",
    ])
    func `a planted name of a test is found`(text: String) throws {
        #expect(try Self.missingTests(text, Self.suites()).count == 1)
    }

    private static func documents() throws -> [Markdown] {
        try Markdown.documents().map { try Markdown(path: $0) }
    }

    private static func compiledCode() throws -> [String] {
        try SourceFile.files(under: ["Snippets", "Scripts"]).map {
            Markdown.normalised(try Markdown(path: $0).text)
        }
    }

    /// The Swift blocks that are no piece of compiled code.
    private static func uncompiled(_ document: Markdown, in compiled: [String]) -> [String] {
        document.blocks("swift").filter { block in
            !compiled.contains { $0.contains(Markdown.normalised(block)) }
        }
    }

    /// The test files by name, without the ending.
    private static func suites() -> [String: String] {
        let files = SourceFile.files(under: ["Tests"]).filter { $0.hasSuffix("Tests.swift") }
        return Dictionary(
            files.map { (($0 as NSString).lastPathComponent.replacing(".swift", with: ""), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What a text says of tests that is not so: `` `FileTests` "sentence", "sentence" ``.
    private static func missingTests(
        _ text: String, _ suites: [String: String]
    ) throws -> [String] {
        var missing: [String] = []
        let mention = try Regex(#"`(?:[A-Za-z]+/)?([A-Za-z]+Tests)`((?:,?\s+"[^"]+")*)"#)
        for match in text.matches(of: mention) {
            let name = String(match.output[1].substring ?? "")
            if isTarget(name) { continue }
            guard let file = suites[name] else {
                missing.append(name)
                continue
            }
            let code = try Markdown(path: file).text
            for sentence in (match.output[2].substring ?? "").matches(of: /"([^"]+)"/) {
                let words = sentence.output.1.split { $0.isWhitespace }.joined(separator: " ")
                if !code.contains("`\(words)`") { missing.append("\"\(words)\" of \(name)") }
            }
        }
        return missing
    }

    /// Whether a name is that of a folder of tests.
    private static func isTarget(_ name: String) -> Bool {
        FileManager.default.fileExists(
            atPath: SourceFile.root.appendingPathComponent("Tests/\(name)").path)
    }
}
