/// A regular expression compiled to a non-deterministic automaton, simulated in linear time.
///
/// The simulation is the one of Thompson and Pike (Cox, "Regular Expression Matching: the Virtual
/// Machine Approach"): all states the automaton can be in are advanced together, scalar by scalar,
/// so that each instruction is looked at no more than once for each scalar of the name.
final class NameAutomaton: Sendable {
    /// What a state does; the next instruction follows unless another is named.
    enum Instruction: Sendable, Equatable {
        /// Goes on if the next scalar is in the class.
        case consume(classIndex: UInt16)
        /// Goes on if this is the start of the name.
        case start
        /// Goes on if this is the end of the name.
        case end
        /// Goes on with the next instruction and elsewhere.
        case fork(UInt16)
        /// Goes on elsewhere.
        case jump(UInt16)
        /// The name matches.
        case match
    }

    /// The program; the last instruction is the only `match`.
    let instructions: [Instruction]
    private let classes: [ScalarClass]
    /// Whether a match can only begin at the start of the name.
    private let isAnchored: Bool

    init(_ instructions: [Instruction], _ classes: [ScalarClass], isAnchored: Bool) {
        self.instructions = instructions
        self.classes = classes
        self.isAnchored = isAnchored
    }

    /// Whether a match begins anywhere in a name.
    func findsMatch(in name: UnsafeRawBufferPointer) -> Bool {
        var visits = 0
        return findsMatch(in: name, visits: &visits)
    }

    /// As ``findsMatch(in:)``; also counts how often an instruction is looked at.
    func findsMatch(in name: UnsafeRawBufferPointer, visits: inout Int) -> Bool {
        let count = instructions.count
        let wordCount = (count + 63) / 64
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 3 * count) { lists in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { visited in
                instructions.withUnsafeBufferPointer { instructions in
                    var simulation = Simulation(
                        instructions: instructions, classes: classes,
                        isAnchored: isAnchored, lists: lists, visited: visited)
                    defer { visits += simulation.visits }
                    return simulation.run(on: name)
                }
            }
        }
    }
}

/// One run of an automaton on one name, in scratch memory of its caller.
private struct Simulation {
    private let instructions: UnsafeBufferPointer<NameAutomaton.Instruction>
    private let classes: [ScalarClass]
    private let isAnchored: Bool
    /// The `consume` instructions that wait for the next scalar.
    private let waiting: UnsafeMutablePointer<UInt16>
    private var waitingCount = 0
    /// The `consume` instructions that took the last scalar.
    private let advanced: UnsafeMutablePointer<UInt16>
    private var advancedCount = 0
    /// Where `follow` still has to go.
    private let pending: UnsafeMutablePointer<UInt16>
    /// The instructions looked at since the last scalar, a bit each.
    private let visited: UnsafeMutableBufferPointer<UInt64>
    private(set) var visits = 0

    init(
        instructions: UnsafeBufferPointer<NameAutomaton.Instruction>, classes: [ScalarClass],
        isAnchored: Bool, lists: UnsafeMutableBufferPointer<UInt16>,
        visited: UnsafeMutableBufferPointer<UInt64>
    ) {
        precondition(lists.count >= 3 * instructions.count, "three lists fit the memory")
        precondition(visited.count * 64 >= instructions.count, "a bit for each instruction")
        self.instructions = instructions
        self.classes = classes
        self.isAnchored = isAnchored
        guard let base = lists.baseAddress else { preconditionFailure("a program is not empty") }
        waiting = base
        advanced = base + instructions.count
        pending = base + 2 * instructions.count
        self.visited = visited
    }

    mutating func run(on name: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while true {
            let isStart = offset == 0
            let isEnd = offset == name.count
            visited.update(repeating: 0)
            waitingCount = 0
            for index in 0..<advancedCount {
                if follow(Int(advanced[index]) + 1, isStart: isStart, isEnd: isEnd) { return true }
            }
            if isStart || !isAnchored, follow(0, isStart: isStart, isEnd: isEnd) { return true }
            if isEnd || (isAnchored && waitingCount == 0) { return false }

            let (scalar, byteCount) = name.scalar(at: offset)
            advance(over: scalar)
            offset += byteCount
        }
    }

    /// Lists what can be reached from an instruction without a scalar; true when `match` can.
    private mutating func follow(_ start: Int, isStart: Bool, isEnd: Bool) -> Bool {
        var pendingCount = 0
        var next = start
        while true {
            let bit: UInt64 = 1 << UInt64(next & 63)
            var target: Int?
            if visited[next >> 6] & bit == 0 {
                visited[next >> 6] |= bit
                visits += 1
                switch instructions[next] {
                case .consume:
                    waiting[waitingCount] = UInt16(truncatingIfNeeded: next)
                    waitingCount += 1
                case .start: target = isStart ? next + 1 : nil
                case .end: target = isEnd ? next + 1 : nil
                case .jump(let other): target = Int(other)
                case .fork(let other):
                    pending[pendingCount] = other
                    pendingCount += 1
                    target = next + 1
                case .match: return true
                }
            }
            if let target {
                next = target
            } else if pendingCount > 0 {
                pendingCount -= 1
                next = Int(pending[pendingCount])
            } else {
                return false
            }
        }
    }

    /// Lists the waiting instructions whose class has the scalar.
    private mutating func advance(over scalar: UInt32) {
        advancedCount = 0
        for index in 0..<waitingCount {
            guard case .consume(let classIndex) = instructions[Int(waiting[index])] else {
                preconditionFailure("only consume instructions wait")
            }
            if classes[Int(classIndex)].contains(scalar) {
                advanced[advancedCount] = waiting[index]
                advancedCount += 1
            }
        }
    }
}
