import Foundation
import Testing

/// Files that are no source must be of use, too.
@Suite("Unused files") struct UnusedFileTests {
    @Test func `every document is reached by a link`() throws {
        let documents = SourceFile.files(under: ["docs"])
        let text = try Self.text(of: Self.markdown())
        for document in documents {
            let name = (document as NSString).lastPathComponent
            #expect(text.contains("\(name))"), "no document links to \(document)")
        }
    }

    @Test func `every article is on the landing page or in another article`() throws {
        let folder = "Sources/Khepri/Documentation.docc"
        let articles = SourceFile.files(under: [folder])
        let text = try Self.text(of: articles)
        for article in articles where !article.hasSuffix("/Khepri.md") {
            let name = ((article as NSString).lastPathComponent as NSString).deletingPathExtension
            #expect(text.contains("- <doc:\(name)>"), "nothing lists \(article)")
        }
    }

    @Test func `every script is run by the gate or by make`() throws {
        let callers = try Self.text(of: [".ci/run", "Makefile"])
        for script in SourceFile.files(under: ["Scripts"]) {
            #expect(callers.contains(script), "nothing runs \(script)")
        }
    }

    @Test func `every snippet shows something in a document`() throws {
        let blocks = try Self.markdown().flatMap { try Markdown(path: $0).blocks("swift") }
        for snippet in SourceFile.all(under: ["Snippets"]) {
            let code = Markdown.normalised(snippet.lines.joined(separator: "\n"))
            let isShown = blocks.contains { code.contains(Markdown.normalised($0)) }
            #expect(isShown, "no document shows a piece of \(snippet.path)")
        }
    }

    @Test func `every folder of fixtures is read by a test`() throws {
        let tests = SourceFile.all(under: ["Tests"]).flatMap(\.lines).joined(separator: "\n")
        let root = SourceFile.root.appendingPathComponent("Tests/Fixtures").path
        for name in try FileManager.default.contentsOfDirectory(atPath: root) {
            let stem = (name as NSString).deletingPathExtension
            #expect(tests.contains(stem), "no test reads \(name)")
        }
    }

    private static func markdown() throws -> [String] { try Markdown.documents() }

    private static func text(of paths: [String]) throws -> String {
        try paths.map { path in
            try String(
                contentsOf: SourceFile.root.appendingPathComponent(path), encoding: .utf8)
        }.joined(separator: "\n")
    }
}
