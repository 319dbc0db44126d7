import Foundation

@testable import KhepriTree

/// Runs code on a thread with the smallest stack there is.
enum SmallStack {
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) throws -> Result {
        let box = Box<Result>()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            box.result = Swift.Result { try body() }
            done.signal()
        }
        thread.stackSize = 64 << 10
        thread.start()
        done.wait()
        guard let result = box.result else { preconditionFailure("the thread left no result") }
        return try result.get()
    }

    /// Written by the thread before the semaphore is raised, read after.
    private final class Box<Result>: @unchecked Sendable {
        var result: Swift.Result<Result, any Error>?
    }
}

/// Trees deeper than any path.
enum DeepTree {
    /// A node with one child, which has one child, and so on.
    static func chain(depth: Int) throws -> Tree {
        let root = Tree.Fields(createdAt: .zero).makeNode()
        var builder = TreeBuilder(root: root, pageLimit: 4)
        for depth in 1...depth {
            let node = Tree.Fields(createdAt: Revision(1), payload: [1]).makeNode()
            builder.add("a", node, atDepth: depth)
        }
        return builder.finish()
    }
}
