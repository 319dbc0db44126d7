/// What a lock protects: it believes nobody who has an older token than one it has seen.
///
/// A holder may sleep past the end of its time and not know it; without this check it would print
/// between the pages of whoever has the lock by then.
public struct FencedPrinter: Sendable {
    /// What was printed.
    public private(set) var pages: [String] = []
    private var newestToken: UInt64 = 0

    /// Makes a printer that has seen no token.
    public init() {}

    /// Prints a page; false if somebody with a newer token has printed.
    public mutating func print(_ page: String, token: UInt64) -> Bool {
        guard token >= newestToken else { return false }
        newestToken = token
        pages.append(page)
        return true
    }
}
