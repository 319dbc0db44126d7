import Foundation
import TestSupport
import Testing

@testable import KhepriTree

@Suite("Text of paths")
struct TreePathTextTests {
    @Test(
        arguments: [
            ("/", []),
            ("/stock", ["stock"]),
            ("/stock/wood/oak", ["stock", "wood", "oak"]),
            ("/stock/wood/", ["stock", "wood"]),
            ("/a%2Fb/%2a/100%25", ["a/b", "*", "100%"]),
            ("/%2E%2E/%2E/%2e.", ["..", ".", ".."]),
            ("/a/./b/../c", ["a", "c"]),
            ("/../../a", ["a"]),
            ("/a/..", []),
            ("/.", []),
            ("/.hidden/...", [".hidden", "..."]),
            ("/b.1/x y/木", ["b.1", "x y", "木"]),
            ("/%00%0A", ["\0\n"]),
            ("/%C3%A9", ["é"]),
            ("/%2525", ["%25"]),
        ] as [(String, [PathComponent])])
    func `a text stands for these names`(text: String, names: [PathComponent]) throws {
        #expect(try TreePath(text).components == names)
    }

    @Test(
        arguments: [
            ("", .missingLeadingSlash, 0),
            ("stock", .missingLeadingSlash, 0),
            ("./stock", .missingLeadingSlash, 0),
            ("//", .emptyName, 1),
            ("/a//b", .emptyName, 3),
            ("/a/%", .malformedPercentEncoding, 3),
            ("/a/x%2", .malformedPercentEncoding, 4),
            ("/a/%zz/b", .malformedPercentEncoding, 3),
            ("/a/%C3", .invalidUTF8, 3),
            ("/a/*", .unexpectedWildcard, 3),
            ("/**", .unexpectedWildcard, 1),
            ("/a*b", .unexpectedWildcard, 1),
        ] as [(String, PathError.Code, Int)])
    func `a malformed text is refused with its place`(
        text: String, code: PathError.Code, position: Int
    ) {
        let error = #expect(throws: PathError.self) { try TreePath(text) }
        #expect(error?.code == code)
        #expect(error?.position == position)
    }

    @Test func `a path has at most 64 components of 255 bytes`() throws {
        let name = String(repeating: "%2A", count: 255)
        let longest = String(repeating: "/" + name, count: 64)
        #expect(try TreePath(longest).depth == 64)
        #expect(try TreePath(longest + "/").depth == 64)
        #expect(try TreePath(longest + "/../" + name).depth == 64)
        #expect(code { try TreePath(longest + "/x") } == .tooManyComponents)
        #expect(code { try TreePath(longest + "%2A") } == .nameTooLong)
        let names = Array(repeating: "x" as PathComponent, count: 65)
        #expect(try TreePath(names.dropLast()).depth == 64)
        #expect(code { try TreePath(names) } == .tooManyComponents)
    }

    @Test(
        arguments: [
            ([], "/"),
            (["stock", "x y"], "/stock/x y"),
            (["a/b", "100%", "*"], "/a%2Fb/100%25/%2A"),
            ([".", "..", "...", ".a"], "/%2E/%2E%2E/.../.a"),
            (["\0\u{1F}\u{7F}", "\u{85}", "\u{A0}é"], "/%00%1F%7F/%C2%85/\u{A0}é"),
        ] as [([PathComponent], String)])
    func `a path is written as this text`(names: [PathComponent], text: String) {
        #expect(TreePath(components: names).description == text)
    }

    @Test func `the text of any path is read back as that path`() throws {
        var generator = TestRandom(for: "path text")
        let alphabet: [Unicode.Scalar] = [
            "a", ".", "/", "%", "*", "\0", "\u{7F}", "\u{80}", "\u{9F}", "\u{A0}", "Â", "木", "2",
            "F",
        ]
        for _ in 0..<3_000 {
            var names: [PathComponent] = []
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                var text = String.UnicodeScalarView()
                for _ in 0..<Int.random(in: 1...18, using: &generator) {
                    text.append(alphabet.randomElement(using: &generator) ?? "a")
                }
                names.append(try PathComponent(String(text)))
            }
            let path = TreePath(components: names)
            #expect(try TreePath(path.description) == path)
            #expect(try TreePattern(path.description).exactPath == path)
            #expect(path.description.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        }
    }

    @Test func `random text is read or refused, and never traps`() {
        var generator = TestRandom(for: "path fuzz")
        let alphabet = Array("/%*.2Fa\0é".unicodeScalars)
        for _ in 0..<10_000 {
            var scalars = String.UnicodeScalarView()
            if generator.chance(80) { scalars.append("/") }
            for _ in 0..<Int.random(in: 0...14, using: &generator) {
                scalars.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            let text = String(scalars)
            if let path = try? TreePath(text) {
                #expect((try? TreePath(path.description)) == path)
            }
            if let pattern = try? TreePattern(text), let written = pattern.text {
                #expect((try? TreePattern(written)) == pattern)
            }
            if let watched = try? KeepWhileEntry.WatchedPath(text: text),
                let written = watched.text
            {
                #expect((try? KeepWhileEntry.WatchedPath(text: written)) == watched)
            }
        }
    }

    @Test func `paths are coded as text`() throws {
        let paths: [TreePath] = ["/", "/stock/wood", "/a%2Fb/%2E%2E"]
        let data = try JSONEncoder().encode(paths)
        #expect(try JSONDecoder().decode([TreePath].self, from: data) == paths)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([TreePath].self, from: Data(#"["stock"]"#.utf8))
        }
    }
}
