import RaftCore
import Testing

#if KHEPRI_MUTANTS
import Foundation

/// Each bug put in on purpose must be found by clusters under faults; `KHEPRI_RUNS` limits the seeds.
@Suite("Bugs on purpose", .serialized)
struct MutantTests {
    @Test(arguments: Mutant.allCases)
    func `a bug is found`(mutant: Mutant) async throws {
        let name = mutant.rawValue
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent],
            "nothing finds \(name)"
        ) { [name = name as String] in
            let environment = ProcessInfo.processInfo.environment
            let runs = environment["KHEPRI_RUNS"].flatMap { UInt64($0) } ?? 300
            for seed in 1...runs {
                // A trap ends the process as well; the last such line tells the seed.
                say("\(name) seed \(seed)")
                let run = try ClusterRun(seed: seed, mutant: Mutant(rawValue: name))
                let violations = try run.violations()
                guard violations.isEmpty else {
                    say("\(name) found: \(violations[0])")
                    exit(EXIT_FAILURE)
                }
            }
        }
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = said.split(separator: "\n").filter { $0.contains(name) || $0.contains("Fatal") }
        print("MUTANT", lines.suffix(2).joined(separator: " | "))
    }
}

/// Writes a line that is there even if the process ends at once.
private func say(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
#else
@Suite("Bugs on purpose")
struct MutantTests {
    @Test func `a normal build has no bugs on purpose`() {
        let options = Mirror(reflecting: RaftOptions()).children.compactMap(\.label)
        #expect(options.contains("electionTimeout"))
        #expect(!options.contains("mutant"))
    }
}
#endif
