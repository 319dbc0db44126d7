import Foundation
import RaftCore
import Testing

#if KHEPRI_MUTANTS
/// Each bug put in on purpose must be found; what finds it is printed, as a line of a table.
@Suite("Bugs on purpose", .serialized)
struct MutantTests {
    @Test(arguments: Mutant.allCases)
    func `a bug is found`(mutant: Mutant) async {
        var findings: [String?] = []
        for search in MutantSearch.allCases {
            findings.append(await finding(of: mutant.rawValue, by: search.rawValue))
        }
        let cells = findings.map { $0 ?? "-" }.joined(separator: " | ")
        print("MUTANT | \(mutant.rawValue) | \(cells) |")
        #expect(findings.contains { $0 != nil }, "nothing finds \(mutant.rawValue)")
    }

    /// What a search says; it is a process of its own, because a bug may end in a trap.
    private func finding(of mutant: String, by search: String) async -> String? {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [mutant = mutant as String, search = search as String] in
            if let mutant = Mutant(rawValue: mutant) {
                try MutantSearch(rawValue: search)?.run(on: mutant)
            }
            exit(EXIT_FAILURE)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let place = lines.last { $0.hasPrefix(MutantSearch.placeMark) } ?? ""
        let name = place.dropFirst(MutantSearch.placeMark.count)
        if let fault = lines.last(where: { $0.hasPrefix(MutantSearch.faultMark) }) {
            return "\(name): \(fault.dropFirst(MutantSearch.faultMark.count))"
        }
        // A release build traps without a word.
        if case .signal = result?.exitStatus { return "\(name): a trap of the core" }
        return nil
    }
}
#else
@Suite("Bugs on purpose")
struct MutantTests {
    /// The names are put together here, so that the test does not hold what it looks for.
    @Test func `a normal build has no bugs on purpose`() throws {
        #if os(Linux)
        let program = try Data(
            contentsOf: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(),
            options: .alwaysMapped)
        func holds(_ parts: String...) -> Bool {
            program.range(of: Data(parts.joined().utf8)) != nil
        }
        #expect(holds("step", "Correctly"), "the symbols of the core are not where they are sought")
        #expect(!holds("step", "WithBug"))
        #expect(!holds("commits", "OldTerms"))
        #endif
        let options = Mirror(reflecting: RaftOptions()).children.compactMap(\.label)
        #expect(options.contains("electionTimeout"))
        #expect(!options.contains("mutant"))
    }
}
#endif
