import Foundation
import Testing

/// Each file in `Transcripts` is a scenario; `KHEPRI_REWRITE_TRANSCRIPTS=1` writes down what happens now.
@Suite("Transcripts")
struct TranscriptTests {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts")

    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path))?
        .filter { $0.hasSuffix(".transcript") }.sorted() ?? []

    @Test(arguments: names)
    func `a transcript tells what happens`(name: String) throws {
        let file = Self.directory.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let replayed = Transcript(text).replayed().text
        if ProcessInfo.processInfo.environment["KHEPRI_REWRITE_TRANSCRIPTS"] == "1" {
            try replayed.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(replayed == text)
        }
    }

    @Test func `there are transcripts`() {
        #expect(Self.names.count >= 6)
    }
}
