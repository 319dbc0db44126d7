import Foundation
import Testing

/// Files that are no source must be of use, too.
@Suite("Unused files") struct UnusedFileTests {
    @Test func `every document is reached by a link`() throws {
        let text = try Self.text(of: Self.markdown())
        for document in Self.unlinked(SourceFile.files(under: ["docs"]), in: text) {
            Issue.record("no document links to \(document)")
        }
        #expect(Self.unlinked(["docs/A.md", "docs/B.md"], in: "[a](docs/A.md)") == ["docs/B.md"])
    }

    @Test func `every article is on the landing page or in another article`() throws {
        let articles = SourceFile.files(under: ["Sources/Khepri/Documentation.docc"])
        for article in Self.unlisted(articles, in: try Self.text(of: articles)) {
            Issue.record("nothing lists \(article)")
        }
        #expect(Self.unlisted(["x/A.md", "x/B.md"], in: "- <doc:A>") == ["x/B.md"])
    }

    @Test func `every script is run by the gate or by make`() throws {
        let callers = try Self.text(of: [".ci/run", "Makefile"])
        for script in SourceFile.files(under: ["Scripts"]) {
            #expect(callers.contains(script), "nothing runs \(script)")
        }
    }

    @Test func `every snippet shows something in a document`() throws {
        let blocks = try Self.markdown().flatMap { try Markdown(path: $0).blocks("swift") }
        for snippet in SourceFile.all(under: ["Snippets"]) where !Self.isShown(snippet, in: blocks)
        {
            Issue.record("no document shows a piece of \(snippet.path)")
        }
        let planted = SourceFile(path: "Snippets/X.swift", text: "let nowhere = 1\n")
        #expect(!Self.isShown(planted, in: blocks))
    }

    @Test func `every folder of fixtures is read by a test`() throws {
        let tests = SourceFile.all(under: ["Tests"]).flatMap(\.lines).joined(separator: "\n")
        let root = SourceFile.root.appendingPathComponent("Tests/Fixtures").path
        for name in try FileManager.default.contentsOfDirectory(atPath: root) {
            let stem = (name as NSString).deletingPathExtension
            #expect(tests.contains(stem), "no test reads \(name)")
        }
    }

    private static func unlinked(_ documents: [String], in text: String) -> [String] {
        documents.filter { !text.contains("\(($0 as NSString).lastPathComponent))") }
    }

    private static func unlisted(_ articles: [String], in text: String) -> [String] {
        articles.filter { article in
            let name = ((article as NSString).lastPathComponent as NSString).deletingPathExtension
            return name != "Khepri" && !text.contains("- <doc:\(name)>")
        }
    }

    private static func isShown(_ snippet: SourceFile, in blocks: [String]) -> Bool {
        let code = Markdown.normalised(snippet.lines.joined(separator: "\n"))
        return blocks.contains { code.contains(Markdown.normalised($0)) }
    }

    private static func markdown() throws -> [String] { try Markdown.documents() }

    private static func text(of paths: [String]) throws -> String {
        try paths.map { path in
            try String(
                contentsOf: SourceFile.root.appendingPathComponent(path), encoding: .utf8)
        }.joined(separator: "\n")
    }
}
