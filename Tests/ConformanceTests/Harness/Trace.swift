import Foundation

/// A recorded trace: the lines of a file of `Tests/Fixtures/conformance`.
struct Trace {
    var file: String
    /// Every line but the header, with its number in the file.
    var lines: [(number: Int, operation: JSON)]

    static func all() throws -> [Trace] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/conformance")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "jsonl" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try Trace(file: $0) }
    }

    private init(file: URL) throws {
        self.file = file.lastPathComponent
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        self.lines = try lines.enumerated().dropFirst().map {
            ($0.offset + 1, try JSONParser.parse(String($0.element)))
        }
    }
}
