#if KHEPRI_MUTANTS
import Foundation
import RaftCore
import Testing

/// Looks for one bug by all means, each in a process of its own, because a bug may end in a trap.
struct MutantHunt {
    /// Where a bug was noticed, and by what.
    struct Finding: Sendable {
        let place: String
        let fault: String
    }

    /// How a search that tries one seed after the other went.
    struct Catch: Sendable {
        /// For each time the bug was noticed, how many seeds that took.
        var distances: [UInt64] = []
        var firstFault = ""

        /// How many seeds it takes, as a rule.
        var median: UInt64? {
            distances.isEmpty ? nil : distances.sorted()[distances.count / 2]
        }
    }

    /// A bug is looked for until it was noticed so many times.
    private static let catchesWanted = 5
    /// One that was noticed is looked for no longer than through so many seeds.
    private static let seedsEnough: UInt64 = 50

    let mutant: Mutant

    /// Tries seeds until the bug was noticed often enough.
    func seeds(of search: MutantSearch, maximum: UInt64) async -> Catch {
        var result = Catch()
        var last: UInt64 = 0
        while result.distances.count < Self.catchesWanted, last < maximum,
            result.distances.isEmpty || last < Self.seedsEnough
        {
            let found =
                search == .hosts
                ? await simulate(last + 1...maximum) : await finding(of: search, last + 1...maximum)
            guard let found, let seed = UInt64(found.place) else { break }
            result.distances.append(seed - last)
            if result.firstFault.isEmpty { result.firstFault = found.fault }
            last = seed
        }
        return result
    }

    /// What a search says.
    func finding(
        of search: MutantSearch, _ seeds: ClosedRange<UInt64> = 1...1
    ) async -> Finding? {
        let (name, first, last) = (mutant.rawValue, seeds.lowerBound, seeds.upperBound)
        let searchName = search.rawValue
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            [
                name = name as String, searchName = searchName as String, first = first as UInt64,
                last = last as UInt64
            ] in
            if let mutant = Mutant(rawValue: name) {
                try MutantSearch(rawValue: searchName)?.run(on: mutant, seeds: first...last)
            }
            exit(EXIT_FAILURE)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let placeLine = lines.last { $0.hasPrefix(MutantSearch.placeMark) } ?? ""
        let place = String(placeLine.dropFirst(MutantSearch.placeMark.count))
        if let fault = lines.last(where: { $0.hasPrefix(MutantSearch.faultMark) }) {
            return Finding(
                place: place, fault: String(fault.dropFirst(MutantSearch.faultMark.count)))
        }
        // A release build traps without a word.
        if case .signal = result?.exitStatus {
            return Finding(place: place, fault: "a trap of the core")
        }
        return nil
    }

    /// The first seed with which simulated hosts do not hold.
    private func simulate(_ seeds: ClosedRange<UInt64>) async -> Finding? {
        for seed in seeds {
            let (status, output) = await Self.runSimulator(seed: seed, mutant: mutant)
            guard status != 0 else { continue }
            let mark = "seed \(seed): "
            let line = output.split(separator: "\n").first { $0.hasPrefix(mark) }
            let fault = line.map { String($0.dropFirst(mark.count)) } ?? "a trap of a host"
            return Finding(place: "\(seed)", fault: fault)
        }
        return nil
    }

    private static func runSimulator(
        seed: UInt64, mutant: Mutant
    ) async -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "khepri-simulate")
        process.arguments = ["--seeds", "\(seed)..\(seed)", "--jobs", "1", "--shrink", "0"]
        process.environment = ProcessInfo.processInfo.environment
            .merging(["KHEPRI_MUTANT": mutant.rawValue]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch {
            Issue.record("khepri-simulate cannot be run: \(error)")
            return (0, "")
        }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
#endif
