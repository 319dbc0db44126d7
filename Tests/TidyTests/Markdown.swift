import Foundation

/// One document of the repository.
struct Markdown {
    let path: String
    let text: String

    init(path: String) throws {
        self.path = path
        text = try String(
            contentsOf: SourceFile.root.appendingPathComponent(path), encoding: .utf8)
    }

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// The documents of the repository by path, sorted.
    static func documents() throws -> [String] {
        let top = try FileManager.default.contentsOfDirectory(atPath: SourceFile.root.path)
        let files =
            top + SourceFile.files(under: ["docs", "Sources", "Benchmarks"])
        return files.filter { $0.hasSuffix(".md") }.sorted()
    }

    /// The code blocks of a language.
    func blocks(_ language: String) -> [String] {
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

    /// The number of titles outside of code blocks.
    var titleCount: Int {
        var isCode = false
        var count = 0
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            if !isCode && line.hasPrefix("# ") { count += 1 }
        }
        return count
    }

    /// The files that the document links to and that are not there.
    func deadLinks() throws -> [String] {
        let link = try Regex(#"\]\((?!https?:|#)([^)#]+)"#)
        let folder = (path as NSString).deletingLastPathComponent
        return text.matches(of: link).compactMap { match in
            let target = String(match.output[1].substring ?? "")
            let path = SourceFile.root.appendingPathComponent(folder + "/" + target).path
            return FileManager.default.fileExists(atPath: path) ? nil : target
        }
    }

    /// The lines without indentation, so that a block may stand inside a function.
    static func normalised(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
