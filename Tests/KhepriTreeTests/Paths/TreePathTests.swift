import Testing

@testable import KhepriTree

@Suite("Paths")
struct TreePathTests {
    @Test func `a path knows its parent, name and depth`() {
        let oak: TreePath = "/stock/wood/oak"
        #expect(oak.depth == 3)
        #expect(oak.name == "oak")
        #expect(oak.parent == "/stock/wood")
        #expect(!oak.isRoot)
        #expect(TreePath.root.isRoot)
        #expect(TreePath.root.parent == nil)
        #expect(TreePath.root.name == nil)
        #expect(TreePath("/stock").parent == .root)
    }

    @Test func `paths are extended by names and by paths`() {
        let stock: TreePath = "/stock"
        #expect(stock.child("a/b").components == ["stock", "a/b"])
        #expect(stock.appending("/wood/oak") == "/stock/wood/oak")
        #expect(stock.appending(.root) == stock)
    }

    @Test func `a path is a prefix of itself and of what is below`() {
        let stock: TreePath = "/stock"
        #expect(TreePath.root.isPrefix(of: stock))
        #expect(stock.isPrefix(of: stock))
        #expect(stock.isPrefix(of: "/stock/wood"))
        #expect(!stock.isPrefix(of: "/stocks"))
        #expect(!stock.isPrefix(of: .root))
    }

    @Test func `paths are ordered component by component`() {
        let sorted: [TreePath] = [
            "/", "/a", "/a/b", "/a/b/c", "/a/c", "/a%00", "/a%2Fb", "/aa", "/b",
        ]
        #expect(sorted.reversed().sorted() == sorted)
        #expect(!(TreePath.root < TreePath.root))
    }

    @Test func `no path goes below 64 levels`() async {
        let deepest = TreePath(components: Array(repeating: "x", count: 64))
        #expect(deepest.appending(.root) == deepest)
        await #expect(processExitsWith: .failure) {
            _ = TreePath(components: Array(repeating: "x", count: 64)).child("y")
        }
        await #expect(processExitsWith: .failure) {
            _ = TreePath(components: Array(repeating: "x", count: 64)).appending("/y")
        }
    }
}
