import Testing

@testable import KhepriTree

@Suite("Patterns")
struct TreePatternTests {
    @Test(
        arguments: [
            ("/", []),
            ("/stock/*/oak", [.named("stock"), .anyName, .named("oak")]),
            ("/**", [.anyPath]),
            ("/a/*/../**/", [.named("a"), .anyPath]),
            ("/%2A/%2A%2A", [.named("*"), .named("**")]),
        ] as [(String, [NodeCondition])])
    func `a text stands for these conditions`(text: String, conditions: [NodeCondition]) throws {
        #expect(try TreePattern(text).components == conditions)
    }

    @Test(arguments: ["o*", "*k", "o*k", "***", "*.*", "a%2Fb*", "*é%25"])
    func `a component with a star inside is a glob`(text: String) throws {
        let pattern = try TreePattern("/" + text)
        guard case .nameMatches(let name)? = pattern.components.first else {
            Issue.record("no glob: \(pattern.components)")
            return
        }
        #expect(name.isGlob)
        #expect(pattern.text == "/" + text)
    }

    @Test func `a literal star beside a wildcard is matched literally`() throws {
        let pattern = try TreePattern("/a%2A*." as Substring)
        guard case .nameMatches(let name)? = pattern.components.first else {
            Issue.record("no name pattern: \(pattern.components)")
            return
        }
        let matches = { (text: String) in
            Array(text.utf8).withUnsafeBytes { name.matches(name: $0) }
        }
        #expect(matches("a*."))
        #expect(matches("a*x\ny."))
        #expect(!matches("ax."))
        #expect(!matches("a*x"))
        #expect(!matches("ba*."))
        #expect(!matches("a*.x"))
    }

    @Test func `a pattern of names alone is a path`() {
        #expect(TreePattern("/stock/wood").exactPath == "/stock/wood")
        #expect(TreePattern("/").exactPath == .root)
        #expect(TreePattern("/stock/*").exactPath == nil)
        #expect(TreePattern("/stock/o*").exactPath == nil)
        #expect(TreePattern("/stock").child(where: .exists(true)).exactPath == nil)
        #expect(TreePattern(TreePath("/a%2A/b")).exactPath == "/a%2A/b")
    }

    @Test func `patterns are built level by level`() {
        let pattern = TreePattern("/stock").child("wood").child(where: .hasPayload(true))
        #expect(pattern.components == [.named("stock"), .named("wood"), .hasPayload(true)])
        #expect(TreePattern("/stock").appending("/*/oak") == "/stock/*/oak")
    }

    @Test func `a pattern has at most 64 components`() throws {
        let text = String(repeating: "/*", count: 64)
        #expect(try TreePattern(text).components.count == 64)
        #expect(code { try TreePattern(text + "/x") } == .tooManyComponents)
        let conditions = Array(repeating: NodeCondition.anyName, count: 65)
        #expect(try TreePattern(conditions.dropLast()).components.count == 64)
        #expect(code { try TreePattern(conditions) } == .tooManyComponents)
    }

    @Test(
        arguments: [
            ("", .emptyName), ("/a//*", .emptyName), ("/%*", .malformedPercentEncoding),
            ("/*%FF", .invalidUTF8),
        ] as [(String, PathError.Code)])
    func `a malformed pattern is refused`(text: String, expected: PathError.Code) {
        #expect(code { try TreePattern(fromRoot: text) } == expected)
    }

    @Test func `only a pattern of an operation may leave out the first slash`() throws {
        #expect(try TreePattern(fromRoot: "**").components == [.anyPath])
        #expect(try TreePattern(fromRoot: "a/../b") == "/b")
        #expect(code { try TreePattern("**" as Substring) } == .missingLeadingSlash)
    }
}

@Suite("Paths that keep-while sets watch")
struct WatchedPathTests {
    @Test(
        arguments: [
            (".", .relative(up: 0, "/")),
            ("./", .relative(up: 0, "/")),
            ("..", .relative(up: 1, "/")),
            ("../..", .relative(up: 2, "/")),
            ("./../a/*", .relative(up: 1, "/a/*")),
            ("./a/../b", .relative(up: 0, "/b")),
            ("./a/../../b", .relative(up: 1, "/b")),
            ("/a/..", .absolute("/")),
            ("a/b", .absolute("/a/b")),
            (".hidden", .absolute("/.hidden")),
            (".../x", .absolute("/.../x")),
            ("%2E/x", .absolute("/%2E/x")),
        ] as [(String, KeepWhileEntry.WatchedPath)])
    func `a text watches this`(text: String, watched: KeepWhileEntry.WatchedPath) throws {
        #expect(try KeepWhileEntry.WatchedPath(text: text) == watched)
    }

    @Test(
        arguments: [
            (.relative(up: 0, "/"), "."),
            (.relative(up: 0, "/a"), "./a"),
            (.relative(up: 2, "/"), "../.."),
            (.relative(up: 2, "/a/*"), "../../a/*"),
            (.absolute("/a"), "/a"),
        ] as [(KeepWhileEntry.WatchedPath, String)])
    func `what is watched is written as this`(watched: KeepWhileEntry.WatchedPath, text: String) {
        #expect(watched.text == text)
    }

    @Test func `steps above the deepest possible root are dropped`() throws {
        let text = String(repeating: "../", count: 100) + "a"
        #expect(try KeepWhileEntry.WatchedPath(text: text) == .relative(up: 64, "/a"))
    }

    @Test func `an empty text is refused`() {
        #expect(code { try KeepWhileEntry.WatchedPath(text: "") } == .emptyName)
    }
}
