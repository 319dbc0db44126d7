import CBOR
import Foundation

/// The recorded traces in Tests/Fixtures/conformance.
enum ConformanceTraces {
    /// A line after the header of a file.
    struct Line {
        let file: String
        let number: Int
        let json: JSONValue
    }

    static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/conformance")

    /// The names of the files, sorted.
    static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasSuffix(".jsonl") }
            .sorted()
    }

    /// The lines of a file, with its header.
    static func lines(of file: String) throws -> [Line] {
        let data = try Data(contentsOf: directory.appending(path: file))
        return try [UInt8](data).split(separator: UInt8(ascii: "\n")).enumerated().map {
            Line(file: file, number: $0 + 1, json: try JSONParser.value(of: Array($1)))
        }
    }
}
