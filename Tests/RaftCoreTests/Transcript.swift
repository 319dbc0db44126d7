import Foundation
import RaftCore

/// A text of commands with what they do, and the code that carries them out.
///
/// A block is comments and commands, a line `----`, then the output; blocks are divided by empty lines.
/// The commands are described in ``TranscriptRunner``.
struct Transcript {
    struct Block {
        var lines: [String]
        var output: [String]
    }

    var blocks: [Block]

    init(_ text: String) {
        blocks = text.components(separatedBy: "\n\n").compactMap { part in
            let lines = part.split(separator: "\n", omittingEmptySubsequences: true).map(
                String.init)
            guard let bar = lines.firstIndex(of: "----") else {
                return lines.isEmpty ? nil : Block(lines: lines, output: [])
            }
            return Block(lines: Array(lines[..<bar]), output: Array(lines[(bar + 1)...]))
        }
    }

    var text: String {
        blocks.map { (($0.lines + ["----"] + $0.output).joined(separator: "\n")) }
            .joined(separator: "\n\n") + "\n"
    }

    /// The same commands with what they do now, by servers with these options.
    func replayed(change: @escaping (inout RaftOptions) -> Void = { _ in }) -> Transcript {
        var runner = TranscriptRunner()
        runner.change = change
        var replayed = self
        for index in blocks.indices {
            replayed.blocks[index].output = blocks[index].lines
                .filter { !$0.hasPrefix("#") }
                .flatMap { runner.run($0) }
        }
        return replayed
    }
}
