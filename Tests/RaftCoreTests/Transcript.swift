import Foundation
import RaftCore

/// A text of commands with what they do, and the code that carries them out.
///
/// A block is comments and commands, a line `----`, then the output; blocks are divided by empty lines.
/// The commands are described in ``TranscriptRunner``.
struct Transcript {
    struct Block {
        var lines: [String]
        var output: [String]
    }

    var blocks: [Block]

    init(_ text: String) {
        blocks = text.components(separatedBy: "\n\n").compactMap { part in
            let lines = part.split(separator: "\n", omittingEmptySubsequences: true).map(
                String.init)
            guard let bar = lines.firstIndex(of: "----") else {
                return lines.isEmpty ? nil : Block(lines: lines, output: [])
            }
            return Block(lines: Array(lines[..<bar]), output: Array(lines[(bar + 1)...]))
        }
    }

    var text: String {
        blocks.map { (($0.lines + ["----"] + $0.output).joined(separator: "\n")) }
            .joined(separator: "\n\n") + "\n"
    }

    /// The same commands with what they do now.
    func replayed() -> Transcript {
        var runner = TranscriptRunner()
        var replayed = self
        for index in blocks.indices {
            replayed.blocks[index].output = blocks[index].lines
                .filter { !$0.hasPrefix("#") }
                .flatMap { runner.run($0) }
        }
        return replayed
    }
}

/// Carries out the commands of a transcript on servers with fake disks.
///
/// - `server n1 [voters n1 n2 …]`: a new server, with the first configuration if voters are named.
/// - `tick n1 [MILLISECONDS]`: lets time pass, 0 by default, then ticks.
/// - `propose n1 TOKEN [COUNT [BYTES]] [reserve]`, `read n1 ID`, `campaign n1`.
/// - `persist n1 [COUNT]`: syncs that many writes, all by default, and reports the last.
/// - `apply n1`: reports everything handed out as applied. `snapshot n1 INDEX`: of that entry.
/// - `full n1`, `space n1`, `fail n1`: the disk is full, has space, has failed.
/// - `crash n1 [keeping COUNT]`: restarts from what was synced and that many writes more.
struct TranscriptRunner {
    private struct Member {
        var server: RaftServer
        var disk = FakeDisk()
        var handedOut = LogIndex.zero
    }

    private var members: [String: Member] = [:]
    private var now = Instant(nanoseconds: 1_000_000_000)

    mutating func run(_ line: String) -> [String] {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 2 else { return ["? \(line)"] }
        let name = words[1]
        let arguments = Array(words.dropFirst(2))
        switch words[0] {
        case "server": return start(name, arguments)
        case "crash": return crash(name, keeping: Int(arguments.last ?? "0") ?? 0)
        case "persist": return persist(name, count: arguments.first.flatMap(Int.init))
        case "tick":
            now = now.advanced(by: .milliseconds(arguments.first.flatMap(Int.init) ?? 0))
            return step(name, .tick)
        case "apply": return step(name, .applied(members[name]?.handedOut ?? .zero))
        default:
            guard let event = event(words[0], name, arguments) else { return ["? \(line)"] }
            return step(name, event)
        }
    }

    private func event(_ verb: String, _ name: String, _ arguments: [String]) -> RaftEvent? {
        let numbers = arguments.compactMap(Int.init)
        switch verb {
        case "campaign": return .campaign
        case "full": return .storageSpace(.full)
        case "space": return .storageSpace(.available)
        case "fail": return .persistFailed
        case "read": return .read(ReadID(UInt64(numbers[0])))
        case "propose":
            return .propose(
                Proposal(
                    token: ProposalToken(UInt64(numbers[0])),
                    entryCount: numbers.count > 1 ? numbers[1] : 1,
                    byteCount: numbers.count > 2 ? numbers[2] : 100,
                    mayUseReserve: arguments.contains("reserve")))
        case "snapshot":
            let index = LogIndex(UInt64(numbers[0]))
            let term = members[name]?.server.term(at: index) ?? .zero
            return .snapshotTaken(LogPosition(index: index, term: term))
        default: return nil
        }
    }

    private mutating func start(_ name: String, _ arguments: [String]) -> [String] {
        members[name] = Member(
            server: RaftServer(id: TranscriptNames.member(name), seed: 1, now: now))
        guard arguments.first == "voters" else { return describe(name) }
        let voters = arguments.dropFirst().map(TranscriptNames.member)
        return step(name, .bootstrap(Configuration(voters: voters)))
    }

    private mutating func persist(_ name: String, count: Int?) -> [String] {
        guard let last = members[name]?.disk.sync(count ?? .max) else {
            return ["nothing to persist"]
        }
        return step(name, .persisted(last))
    }

    private mutating func crash(_ name: String, keeping count: Int) -> [String] {
        guard var member = members[name] else { return ["? \(name)"] }
        do {
            let recovered = try member.disk.crash(keeping: count)
            member.server = RaftServer(
                id: TranscriptNames.member(name), recovered: recovered, seed: 1, now: now)
            member.handedOut = recovered.snapshot.index
            members[name] = member
            return describe(name)
        } catch {
            return ["error \(error)"]
        }
    }

    private func describe(_ name: String) -> [String] {
        guard let server = members[name]?.server else { return [] }
        let last = TranscriptNames.text(server.lastPosition)
        return ["\(name) \(server.role) of term \(server.term.rawValue), log ends at \(last)"]
    }

    private mutating func step(_ name: String, _ event: RaftEvent) -> [String] {
        guard var member = members[name] else { return ["? \(name)"] }
        let before = member.server
        var effects = RaftEffectBuffer()
        member.server.step(event, now: now, into: &effects)
        member.server.checkInvariants()
        member.server.checkTransition(from: before)
        for effect in effects {
            switch effect {
            case .write(let sequence, let write): member.disk.write(sequence, write)
            case .apply(let range): member.handedOut = range.upperBound
            case .compact(let index): member.disk.compact(through: index)
            default: break
            }
        }
        var lines: [String] = []
        if member.server.commitIndex != before.commitIndex {
            lines.append("\(name) commits \(member.server.commitIndex.rawValue)")
        }
        lines += effects.map { "\(name) \(TranscriptNames.text($0))" }
        members[name] = member
        return lines.isEmpty ? ["\(name) does nothing"] : lines
    }
}
