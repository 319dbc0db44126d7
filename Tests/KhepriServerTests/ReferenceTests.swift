import Foundation
import HTTPTypes
import Testing

/// The examples of docs/HTTP.md, run from top to bottom over one new store.
@Suite("The reference of HTTP") struct ReferenceTests {
    @Test func `every example answers as the page says`() async throws {
        let examples = try Self.examples()
        try #require(examples.count > 20 && examples.count.isMultiple(of: 2))
        let served = try await Served()
        var history = ""
        for index in stride(from: 0, to: examples.count, by: 2) {
            let request = examples[index]
            let words = request.start.split(separator: " ")
            try #require(words.count == 2, "\(request.start)")
            var headers = request.headers.mapValues { $0.replacing("…", with: history) }
            let host = headers.removeValue(forKey: "Host") ?? "localhost"
            let answer = try await served.send(
                HTTPRequest.Method(String(words[0]))!, String(words[1]), headers,
                body: request.body, host: host)
            let expected = examples[index + 1]
            #expect("\(answer.status)" == expected.start, "\(request.start)")
            for (name, value) in expected.headers {
                let found = answer.headers[HTTPField.Name(name)!] ?? "nothing"
                #expect(Self.matches(found, value), "\(request.start): \(name): \(found)")
            }
            #expect(Self.matches(answer.body, expected.body), "\(request.start)")
            if answer.tag != "none" {
                history = String(answer.tag.dropFirst().prefix { $0 != "-" })
            }
        }
    }

    @Test func `a wrong example would be found`() {
        #expect(Self.matches("\"00ff-3\"", "\"…-3\""))
        #expect(!Self.matches("\"00ff-4\"", "\"…-3\""))
        #expect(!Self.matches("200", "201"))
    }

    private struct Example {
        var start: String
        var headers: [String: String] = [:]
        var body = ""
    }

    private static func examples() throws -> [Example] {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/HTTP.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.components(separatedBy: "```http\n").dropFirst().map { block in
            let block = block.components(separatedBy: "\n```")[0]
            let parts = block.components(separatedBy: "\n\n")
            var lines = parts[0].split(separator: "\n").map(String.init)
            var example = Example(start: lines.removeFirst())
            for line in lines {
                let header = line.components(separatedBy: ": ")
                example.headers[header[0]] = header[1]
            }
            example.body = parts.dropFirst().joined(separator: "\n\n")
            return example
        }
    }

    /// Whether a text is the expected one, in which `…` stands for anything.
    private static func matches(_ text: String, _ expected: String) -> Bool {
        let parts = expected.components(separatedBy: "…")
        guard parts.count == 2 else { return text == expected }
        return text.hasPrefix(parts[0]) && text.hasSuffix(parts[1])
    }
}
