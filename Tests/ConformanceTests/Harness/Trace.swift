import Foundation

/// A file of operations with their expected results.
struct Trace: Sendable {
    var file: String
    /// Every line but the header.
    var lines: [Line]

    struct Line: Sendable {
        /// The place in the file, from 1.
        var number: Int
        /// The line as it stands there, with its expected result.
        var text: String
        /// The line, parsed.
        var json: JSON

        var isReset: Bool { json["op"] == "reset" }
        var isCompared: Bool { !isReset && json["compare"] != false }
    }

    /// The traces recorded by running Khepri; read once.
    static func recorded() throws -> [Trace] {
        try allRecorded.get()
    }

    private static let allRecorded = Result { try readRecorded() }

    private static func readRecorded() throws -> [Trace] {
        let folder = fixtures.appending(path: "conformance")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".jsonl") }.sorted()
            .map { try Trace(file: folder.appending(path: $0)) }
    }

    /// What the project decided otherwise than Khepri, so that no recorded trace shows it.
    static func decisions() throws -> Trace {
        try Trace(file: fixtures.appending(path: "decisions.jsonl"))
    }

    private static var fixtures: URL {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures")
    }

    private init(file: URL) throws {
        try self.init(
            name: file.lastPathComponent, text: String(contentsOf: file, encoding: .utf8))
    }

    /// A trace with this text, the first line of which is a header.
    init(name: String, text: String) throws {
        file = name
        lines = try text.split(separator: "\n").enumerated().dropFirst().map { index, line in
            let text = String(line)
            return Line(number: index + 1, text: text, json: try JSONParser.parse(text))
        }
    }
}
