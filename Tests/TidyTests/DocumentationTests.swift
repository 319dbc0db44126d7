import Foundation
import Testing

/// Every code block of the documents is compiled or run.
@Suite("Documentation") struct DocumentationTests {
    @Test func `every Swift block stands in a snippet or a script that the gate compiles`() throws {
        let compiled = try ["Snippets", "Scripts"].flatMap { SourceFile.files(under: [$0]) }
            .map { Self.normalised(try Self.text(of: $0)) }
        for document in try Self.documents() {
            for block in Self.blocks("swift", in: try Self.text(of: document)) {
                // The line that names the package is used by Scripts/use-as-dependency.
                if block.hasPrefix(".package(url:") { continue }
                if !compiled.contains(where: { $0.contains(Self.normalised(block)) }) {
                    Issue.record("\(document): this block is in no snippet:\n\(block)")
                }
            }
        }
    }

    @Test func `every link to a file of the repository leads to one`() throws {
        let link = try Regex(#"\]\((?!https?:|#)([^)#]+)"#)
        for document in try Self.documents() {
            let folder = (document as NSString).deletingLastPathComponent
            for match in try Self.text(of: document).matches(of: link) {
                let target = String(match.output[1].substring ?? "")
                let path = SourceFile.root.appendingPathComponent(folder + "/" + target).path
                if !FileManager.default.fileExists(atPath: path) {
                    Issue.record("\(document) links to \(target), which is not there")
                }
            }
        }
    }

    @Test func `every document has one title`() throws {
        for document in try Self.documents() {
            var isCode = false
            var titles = 0
            for line in try Self.text(of: document).split(separator: "\n") {
                if line.hasPrefix("```") { isCode.toggle() }
                if !isCode && line.hasPrefix("# ") { titles += 1 }
            }
            #expect(titles == 1, "\(document)")
        }
    }

    @Test func `every test that the README names is there`() throws {
        let readme = try Self.text(of: "README.md")
        let suites = Set(
            SourceFile.files(under: ["Tests"]).map {
                (($0 as NSString).lastPathComponent as NSString).deletingPathExtension
            })
        for match in readme.matches(of: try Regex(#"`([A-Za-z]+Tests)`"#)) {
            let name = String(match.output[1].substring ?? "")
            #expect(suites.contains(name), "README.md names \(name)")
        }
    }

    private static func documents() throws -> [String] {
        let top = try FileManager.default.contentsOfDirectory(atPath: SourceFile.root.path)
        let files =
            top.filter { $0.hasSuffix(".md") } + SourceFile.files(under: ["docs", "Sources"])
        return files.filter { $0.hasSuffix(".md") }.sorted()
    }

    private static func text(of path: String) throws -> String {
        try String(contentsOf: SourceFile.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The lines without indentation, so that a block may stand inside a function.
    private static func normalised(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func blocks(_ language: String, in text: String) -> [String] {
        var blocks: [String] = []
        var current: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```\(language)" {
                current = []
            } else if line == "```", let lines = current {
                blocks.append(lines.joined(separator: "\n"))
                current = nil
            } else {
                current?.append(line)
            }
        }
        return blocks
    }
}
