import Testing

@testable import KhepriTree

@Suite("Values inside paths")
struct PathInterpolationTests {
    @Test(arguments: [
        "oak", "a/b", "*", "**", "o*k", "%2F", ".", "..", "../etc", "\0", "木", "a\u{301}", "x y",
    ])
    func `an interpolated value is one component`(value: String) throws {
        let name = try PathComponent(value)
        let path: TreePath = "/users/\(value)/mail"
        #expect(path.components == ["users", name, "mail"])
        let pattern: TreePattern = "/users/\(value)/*"
        #expect(pattern.components == [.named("users"), .named(name), .anyName])
        let named: TreePath = "/users/\(name)"
        #expect(named.components == ["users", name])
    }

    @Test func `a value may be a part of a component`() {
        let identifier = 7
        let slashed = "a/b"
        #expect(
            ("/jobs/job-\(identifier).\(slashed)" as TreePath).components == ["jobs", "job-7.a/b"])
        #expect(("/jobs/\(identifier)*" as TreePattern) == "/jobs/7*")
        #expect(("/\(identifier).5" as TreePath).components == ["7.5"])
    }

    @Test func `an interpolated path is several components`() {
        let wood: TreePath = "/stock/a%2Fb"
        #expect(("\(wood)" as TreePath) == wood)
        #expect(("\(wood)/oak" as TreePath).components == ["stock", "a/b", "oak"])
        #expect(("/old\(wood)" as TreePath).components == ["old", "stock", "a/b"])
        #expect(("/old/\(wood)/oak" as TreePath).components == ["old", "stock", "a/b", "oak"])
        #expect(("\(wood)\(wood)" as TreePath).depth == 4)
        #expect(("\(wood)/**" as TreePattern).components.last == .anyPath)
    }

    @Test func `the root inside a path adds nothing`() {
        let root = TreePath.root
        #expect(("\(root)" as TreePath) == .root)
        #expect(("\(root)/a" as TreePath) == "/a")
        #expect(("/a\(root)/b" as TreePath) == "/a/b")
        #expect(("/a/\(root)" as TreePath) == "/a")
        #expect(("\(root)/" as TreePath) == .root)
        #expect(("\(root)\(root)" as TreePath) == .root)
    }

    @Test func `an empty value traps`() async {
        await #expect(processExitsWith: .failure) {
            let name = ""
            _ = ("/users/\(name)" as TreePath)
        }
        await #expect(processExitsWith: .failure) {
            let name = ""
            _ = ("/users/.\(name)" as TreePattern)
        }
    }

    @Test func `text glued to an interpolated path traps`() async {
        await #expect(processExitsWith: .failure) {
            let path: TreePath = "/users"
            _ = ("\(path)-old" as TreePath)
        }
        await #expect(processExitsWith: .failure) {
            let path: TreePath = "/users"
            let name = "x"
            _ = ("\(path)\(name)" as TreePath)
        }
    }

    @Test func `a malformed literal traps`() async {
        await #expect(processExitsWith: .failure) { _ = ("stock" as TreePath) }
        await #expect(processExitsWith: .failure) { _ = ("/a/*" as TreePath) }
        await #expect(processExitsWith: .failure) { _ = ("/a//b" as TreePattern) }
    }
}
