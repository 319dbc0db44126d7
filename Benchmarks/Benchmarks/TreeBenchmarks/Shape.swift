import KhepriTree

/// A tree of about a million nodes in one of three shapes.
enum Shape: String, CaseIterable {
    /// 1,000 directories of 1,000 nodes.
    case square = "1,000 × 1,000"
    /// One directory of a million nodes.
    case flat = "flat"
    /// 20,000 chains of 50 nodes.
    case deep = "deep chains"

    /// The number of nodes that have a value.
    static let valueCount = 1_000_000

    /// The path of one of the nodes, in the order of the tree.
    func path(_ number: Int) -> TreePath {
        switch self {
        case .square:
            TreePath(components: [Self.name(number / 1000), Self.name(number % 1000)])
        case .flat: TreePath(components: [Self.name(number)])
        case .deep:
            TreePath(
                components: [Self.name(number / 50)]
                    + [PathComponent](repeating: "level", count: number % 50))
        }
    }

    /// What matches about a thousand of the nodes.
    var pattern: TreePattern {
        switch self {
        case .square: "/000500/*"
        case .flat: "/500*"
        case .deep: "/010*/level"
        }
    }

    /// Six digits, so that the order of bytes is that of the numbers.
    private static func name(_ number: Int) -> PathComponent {
        let digits = String(number)
        guard
            let name = try? PathComponent(
                String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
        else { preconditionFailure("digits are a name") }
        return name
    }

    /// A state with all the nodes, each written by a command of its own.
    func makeMachine() -> TreeMachine {
        var machine = TreeMachine(history: SessionID(high: 1, low: 1))
        for number in 0..<Self.valueCount { machine.put(path(number), revision: number + 1) }
        return machine
    }
}

extension TreeMachine {
    /// Applies one write of 100 bytes, which differ from those of another revision.
    mutating func put(_ path: TreePath, revision: Int) {
        var bytes = Self.bytes
        withUnsafeBytes(of: revision) { bytes.replaceSubrange(2..<10, with: $0) }
        let write = TreeOperation.Write(payload: Payload(validated: bytes))
        let operation = TreeOperation(.put(write), at: TreePattern(path))
        let context = ApplyContext(revision: Revision(UInt64(revision)), time: 0)
        _ = apply(TreeCommand(operation), in: context, wantsNodes: false)
    }

    /// A byte string of 98 bytes with its head of two.
    private static let bytes = [0x58, 98] + [UInt8](repeating: 7, count: 98)
}
