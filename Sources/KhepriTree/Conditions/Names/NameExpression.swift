/// The syntax tree of a regular expression, with the size of the program it compiles to.
struct NameExpression: Sendable {
    /// What it is.
    let form: Form
    /// How many instructions it compiles to, at least 1, so that the limit on a program also
    /// bounds the work of writing out repetitions of nothing.
    let instructionCount: Int

    indirect enum Form: Sendable {
        case empty
        case scalars(ScalarClass)
        case start
        case end
        case sequence([NameExpression])
        case choice([NameExpression])
        /// At least `minimum` times, at most `maximum` times unless that is nil.
        case repeated(NameExpression, minimum: Int, maximum: Int?)
    }

    private init(_ form: Form, instructionCount: Int) {
        self.form = form
        self.instructionCount = max(instructionCount, 1)
    }

    static let empty = NameExpression(.empty, instructionCount: 1)
    static let start = NameExpression(.start, instructionCount: 1)
    static let end = NameExpression(.end, instructionCount: 1)

    static func scalars(_ scalars: ScalarClass) -> NameExpression {
        NameExpression(.scalars(scalars), instructionCount: 1)
    }

    static func sequence(_ items: [NameExpression]) -> NameExpression {
        if items.count == 1 { return items[0] }
        let count = items.reduce(0) { $0 + $1.instructionCount }
        return NameExpression(items.isEmpty ? .empty : .sequence(items), instructionCount: count)
    }

    static func choice(_ items: [NameExpression]) -> NameExpression {
        precondition(!items.isEmpty, "a choice has at least one branch")
        if items.count == 1 { return items[0] }
        let count = items.reduce(2 * (items.count - 1)) { $0 + $1.instructionCount }
        return NameExpression(.choice(items), instructionCount: count)
    }

    /// - Precondition: The bounds are at most 1,000 and in order.
    static func repeated(
        _ item: NameExpression, minimum: Int, maximum: Int?
    ) -> NameExpression {
        precondition(minimum <= maximum ?? minimum, "the bounds of a repetition are in order")
        let count =
            switch (minimum, maximum) {
            case (0, nil): item.instructionCount + 2
            case (_, nil): minimum * item.instructionCount + 1
            case (_, .some(let most)):
                minimum * item.instructionCount + (most - minimum) * (item.instructionCount + 1)
            }
        return NameExpression(
            .repeated(item, minimum: minimum, maximum: maximum), instructionCount: count)
    }

    /// Whether a match can only begin at the start of the name.
    var isAnchored: Bool {
        switch form {
        case .start: true
        case .empty, .scalars, .end: false
        case .sequence(let items): items[0].isAnchored
        case .choice(let items): items.allSatisfy(\.isAnchored)
        case .repeated(let item, let minimum, _): minimum > 0 && item.isAnchored
        }
    }
}
