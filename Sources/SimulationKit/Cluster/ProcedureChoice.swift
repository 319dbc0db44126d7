/// Which version of a procedure a client calls, and what becomes of it on the member just before.
struct ProcedureChoice: Sendable {
    /// nil for the greatest that the member has.
    let version: Int?
    /// Whether the member loses that version.
    let isRetired: Bool

    init(_ random: inout SeededRandom) {
        let chosen = [1, 2, nil][random.number(below: 3)]
        version = chosen
        isRetired = chosen != nil && random.isOne(in: 8)
    }
}
