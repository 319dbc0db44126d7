#if KHEPRI_MUTANTS
import Foundation
import RaftCore

/// What looks for bugs put in on purpose.
enum MutantSearch: String, Sendable {
    /// Every transcript, as far as one tells something else.
    case transcripts
    /// Every order of events in small groups.
    case smallGroups
    /// Clusters of cores under faults, one for each seed.
    case clusters
    /// Clusters of whole hosts: `khepri-simulate`, one process for each seed.
    case hosts

    static let placeMark = "MUTANT-PLACE "
    static let faultMark = "MUTANT-FAULT: "

    /// Says where it looks, and what it finds; the last place is where a trap happened.
    ///
    /// Seeds are for clusters only.
    func run(on mutant: Mutant, seeds: ClosedRange<UInt64>) throws {
        switch self {
        case .transcripts: try replayTranscripts(mutant)
        case .smallGroups: try explore(mutant)
        case .clusters: try runClusters(mutant, seeds)
        case .hosts: preconditionFailure("hosts run in a program of their own")
        }
    }

    private func replayTranscripts(_ mutant: Mutant) throws {
        for file in TranscriptTests.names {
            say("\(Self.placeMark)\(file.split(separator: ".")[0])")
            let url = TranscriptTests.directory.appending(path: file)
            let text = try String(contentsOf: url, encoding: .utf8)
            let replayed = Transcript(text).replayed { $0.mutant = mutant }
            if replayed.text != text { return say("\(Self.faultMark)tells something else") }
        }
    }

    private func explore(_ mutant: Mutant) throws {
        for shape in SmallWorld.Shape.all {
            say("\(Self.placeMark)\(shape)")
            let search = try SmallWorldSearch(
                from: shape.world { $0.mutant = mutant }, worldsMaximum: 10_000)
            guard let finding = search.finding else { continue }
            let reason = finding.violations[0]
            return say("\(Self.faultMark)\(reason) after \(finding.events.count) events")
        }
    }

    private func runClusters(_ mutant: Mutant, _ seeds: ClosedRange<UInt64>) throws {
        for seed in seeds {
            say("\(Self.placeMark)\(seed)")
            let violations = try ClusterRun(seed: seed, mutant: mutant).violations()
            if let first = violations.first { return say("\(Self.faultMark)\(first)") }
        }
    }

    /// Writes a line that is there even if the process ends at once.
    private func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
#endif
