/// Writes the program of a ``NameAutomaton``.
struct NameAutomatonCompiler {
    /// The program so far.
    var instructions: [NameAutomaton.Instruction] = []
    /// The distinct classes that `consume` instructions refer to.
    private(set) var classes: [ScalarClass] = []
    private var classIndices: [ScalarClass: UInt16] = [:]

    /// Appends the program of an expression.
    mutating func emit(_ expression: NameExpression) {
        switch expression.form {
        case .empty: break
        case .scalars(let scalars): emitConsume(scalars)
        case .start: instructions.append(.start)
        case .end: instructions.append(.end)
        case .sequence(let items): for item in items { emit(item) }
        case .choice(let items): emitChoice(items)
        case .repeated(let item, let minimum, nil): emitRepeated(item, atLeast: minimum)
        case .repeated(let item, let minimum, let maximum?):
            for _ in 0..<minimum { emit(item) }
            emitOptional(item, times: maximum - minimum)
        }
    }

    private var position: UInt16 { UInt16(instructions.count) }

    private mutating func emitConsume(_ scalars: ScalarClass) {
        let index = classIndices[scalars] ?? UInt16(classes.count)
        if index == classes.count {
            classes.append(scalars)
            classIndices[scalars] = index
        }
        instructions.append(.consume(classIndex: index))
    }

    /// Each branch but the last: a fork to the next branch, the branch, a jump behind the choice.
    private mutating func emitChoice(_ items: [NameExpression]) {
        var jumps: [Int] = []
        for item in items.dropLast() {
            let fork = reserve()
            emit(item)
            jumps.append(reserve())
            instructions[fork] = .fork(position)
        }
        if let last = items.last { emit(last) }
        for jump in jumps { instructions[jump] = .jump(position) }
    }

    /// `x*` is a fork behind the loop, x, and a jump back; `x{m,}` writes x out m times and forks
    /// back to the last one.
    private mutating func emitRepeated(_ item: NameExpression, atLeast minimum: Int) {
        if minimum == 0 {
            let fork = reserve()
            emit(item)
            instructions.append(.jump(UInt16(fork)))
            instructions[fork] = .fork(position)
            return
        }
        var last = position
        for _ in 0..<minimum {
            last = position
            emit(item)
        }
        instructions.append(.fork(last))
    }

    /// `x{0,n}` is n times a fork behind everything and x.
    private mutating func emitOptional(_ item: NameExpression, times: Int) {
        var forks: [Int] = []
        for _ in 0..<times {
            forks.append(reserve())
            emit(item)
        }
        for fork in forks { instructions[fork] = .fork(position) }
    }

    /// Appends an instruction that is written when its target is known.
    private mutating func reserve() -> Int {
        instructions.append(.match)
        return instructions.count - 1
    }
}

extension NameAutomaton {
    /// Compiles an expression.
    ///
    /// - Precondition: It is within the limit on instructions, which the parser checks.
    convenience init(_ expression: NameExpression) {
        precondition(
            expression.instructionCount <= TreeLimits.namePatternStatesMaximum,
            "an expression is within the limit")
        var compiler = NameAutomatonCompiler()
        compiler.emit(expression)
        compiler.instructions.append(.match)
        precondition(
            compiler.instructions.count <= expression.instructionCount + 1,
            "a program is no larger than its expression announced")
        self.init(compiler.instructions, compiler.classes, isAnchored: expression.isAnchored)
    }
}
