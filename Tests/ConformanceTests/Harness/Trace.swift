import Foundation

/// A recorded trace: a file of `Tests/Fixtures/conformance`.
struct Trace {
    var file: String
    /// Every line but the header.
    var lines: [Line]

    struct Line {
        /// The place in the file, from 1.
        var number: Int
        /// The line as it stands there, with its expected result.
        var text: String
        /// The line, parsed.
        var json: JSON

        var isReset: Bool { json["op"] == "reset" }
        var isCompared: Bool { !isReset && json["compare"] != false }
    }

    static func all() throws -> [Trace] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/conformance")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "jsonl" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map {
                try Trace(name: $0.lastPathComponent, text: String(contentsOf: $0, encoding: .utf8))
            }
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
