import CBOR
import Foundation
import TestSupport
import Testing

@Suite("Exact round trips") struct RoundTripTests {
    @Test func `a random tree comes back the same from all three forms`() async throws {
        for seed in TestRuns.seeds(usually: 3) {
            try await Program.withDirectory { directory in
                var tree = RandomTree(seed: seed)
                let lines = tree.lines()
                let load = try Program.run(
                    ["exec", "-d", directory + "/0"], input: Data(lines.utf8))
                #expect(load.code == 0, "seed \(seed): \(load.errors)")
                for (name, keeps) in [("x.jsonl", true), ("x.json", true), ("files", false)] {
                    try check(name, keepsAll: keeps, in: directory, "seed \(seed), \(name)")
                }
            }
        }
    }

    /// Exports, imports into a new store and compares the two, and their exports.
    private func check(
        _ name: String, keepsAll: Bool, in directory: String, _ place: Comment
    ) throws {
        let (one, two) = ("\(directory)/0", "\(directory)/store-\(name)")
        let (first, second) = ("\(directory)/1-\(name)", "\(directory)/2-\(name)")
        let export = try Program.run("export", "-d", one, "--to", first)
        #expect(export.code == 0, "\(place): \(export.errors)")
        let load = try Program.run("import", "-d", two, "--from", first)
        #expect(load.code == 0 && load.errors.isEmpty, "\(place): \(load.errors)")
        #expect(try Program.run("export", "-d", two, "--to", second).code == 0, place)
        let same = try Program.shell(
            "diff -r '\(first)' '\(second)' > x && echo same", in: directory)
        #expect(same.output == "same\n", place)
        let query = #"{"op":"getMany","path":"/**","includeRoot":true,"return":["payload"]}"# + "\n"
        let found = try [one, two].map { try Program.run("exec", "-d", $0, input: query).output }
        #expect(found[0] == found[1] && found[0].utf8.count > 100, place)
        guard keepsAll else { return }
        // Keep-while sets and what only holds children together: in the lines of both, in one order.
        let sets = try [one, two].map { try Program.run("export", "-d", $0, "--to", "-").output }
        #expect(sets[0] == sets[1], place)
    }
}

/// Operations that make a tree with odd names, all kinds of value and keep-while sets.
struct RandomTree {
    private var state: UInt64
    private var paths: [[String]] = [[]]

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    /// A whole number below a bound (xorshift64*).
    private mutating func below(_ bound: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    mutating func lines() -> String {
        (0..<60).map { _ in line() + "\n" }.joined()
    }

    private mutating func line() -> String {
        var path = paths[below(paths.count)]
        if path.count < 60, below(8) > 0 { path.append(name()) }
        if below(20) == 0 { while path.count < 64 { path.append(name()) } }
        for count in 1...max(1, path.count) { paths.append(Array(path.prefix(count))) }
        let payload = below(5) == 0 ? "\"noPayload\":true" : "\"value\":\(value(depth: 0))"
        var keepWhile = ""
        if !path.isEmpty, below(4) == 0 {
            // The root is always there; a node that watches another one needs it to exist.
            let other = below(2) == 0 ? [] : path.dropLast()
            keepWhile = ",\"keepWhile\":[[\(text(Array(other))),{\"exists\":true}]]"
        }
        return "{\"op\":\"put\",\"path\":\(text(path)),\(payload)\(keepWhile)}"
    }

    private func text(_ path: [String]) -> String {
        "[" + path.map { quoted($0) }.joined(separator: ",") + "]"
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private mutating func name() -> String {
        let odd = [
            ".", "..", "...", "/", "%", "%41", "%value", "%value%.json", "%name", "%long-1",
            "x%.json",
            "%unfinished", "%2F", "*", "**", "a/b", "\u{0}", "\n", " ", "\"", "\\", "\u{E9}",
            "e\u{301}",
            "\u{7F}", "\u{10FFFF}", "-d", "~", "$K", "A", "a", "con.json", "{}", "format",
            String(repeating: "n", count: 255), String(repeating: "%", count: 255),
            String(repeating: "/", count: 90), String(repeating: "m", count: 250),
            String(repeating: "\u{E9}", count: 127),
        ]
        return below(3) == 0 ? "n\(below(40))" : odd[below(odd.count)]
    }

    private mutating func value(depth: Int) -> String {
        switch below(depth < 3 ? 14 : 11) {
        case 0: "null"
        case 1: below(2) == 0 ? "true" : "false"
        case 2: "\(below(1_000))"
        case 3: ["-9223372036854775808", "18446744073709551615", "0", "-1"][below(4)]
        case 4: ["1.0", "-0.0", "5e-324", "1.7976931348623157e308", "0.1"][below(5)]
        case 5: [#"{"$double":"NaN"}"#, #"{"$double":"Infinity"}"#][below(2)]
        case 6: quoted(name())
        case 7: ["\"\"", #""text\n""#, #""{\"a\":1}""#, #""123""#][below(4)]
        case 8: [#"{"$bytes":""}"#, #"{"$bytes":"YWJj"}"#, #"{"$bytes":"/wA="}"#][below(3)]
        case 9: #"{"$literal":{"$bytes":"no"}}"#
        case 10:
            "{\"$bytes\":\"\(Data((0..<300).map { _ in UInt8(below(256)) }).base64EncodedString())\"}"
        case 11:
            "[" + (0..<below(4)).map { _ in value(depth: depth + 1) }.joined(separator: ",") + "]"
        default:
            "{"
                + (0..<below(4)).map { "\(quoted("k\($0)")):\(value(depth: depth + 1))" }
                .joined(separator: ",") + "}"
        }
    }
}
