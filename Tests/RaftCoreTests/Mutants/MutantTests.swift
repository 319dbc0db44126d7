import Foundation
import RaftCore
import TestSupport
import Testing

#if KHEPRI_MUTANTS
/// Each bug put in on purpose must be noticed; what notices it is printed, as a line of a table.
///
/// `KHEPRI_MUTANT` chooses one.
@Suite("Bugs on purpose")
struct MutantTests {
    /// How many clusters of cores, and of hosts, are tried at most.
    private static let clustersMaximum = UInt64(2_000 * TestRuns.scale)
    private static let hostsMaximum = UInt64(400 * TestRuns.scale)

    @Test func `every bug is noticed`() async {
        let chosen = ProcessInfo.processInfo.environment["KHEPRI_MUTANT"]
        let mutants = Mutant.allCases.filter { $0.rawValue == chosen ?? $0.rawValue }
        await withTaskGroup(of: Void.self) { group in
            for (number, mutant) in mutants.enumerated() {
                if number >= ProcessInfo.processInfo.activeProcessorCount { await group.next() }
                group.addTask { await hunt(mutant) }
            }
        }
    }

    private func hunt(_ mutant: Mutant) async {
        let start = ContinuousClock.now
        let hunt = MutantHunt(mutant: mutant)
        let isOfCore = mutant.part == .core
        let search = isOfCore ? MutantSearch.clusters : .hosts
        let maximum = isOfCore ? Self.clustersMaximum : Self.hostsMaximum
        let seeds = await hunt.seeds(of: search, maximum: maximum)
        var others: [String] = []
        if isOfCore {
            for search in [MutantSearch.transcripts, .smallGroups] {
                guard let finding = await hunt.finding(of: search) else { continue }
                others.append(search == .transcripts ? finding.place : finding.fault)
            }
        }
        let median = seeds.median.map { "\($0)" } ?? "more than \(maximum)"
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let line =
            "MUTANT | `\(mutant.rawValue)` | \(mutant.story) | \(search.rawValue) | \(median) "
            + "| \(seeds.firstFault) | \(others.joined(separator: "; ")) | \(Int(seconds)) s |\n"
        let isNoticed = !seeds.distances.isEmpty || !others.isEmpty
        let survivor = isNoticed ? "" : "SURVIVOR \(mutant.rawValue)\n"
        // At once: standard output is kept back when it is no terminal.
        FileHandle.standardOutput.write(Data((line + survivor).utf8))
        #expect(isNoticed, "nothing notices \(mutant.rawValue)")
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
        #expect(!holds("spoil", "Round"))
        // The name of a file would be there all the same.
        #expect(!holds("Unflushed", "File"))
        #endif
        let options = Mirror(reflecting: RaftOptions()).children.compactMap(\.label)
        #expect(options.contains("electionTimeout"))
        #expect(!options.contains("mutant"))
    }
}
#endif
