import RaftCore

/// Carries out the commands of a transcript on servers with fake disks.
///
/// Of one server:
/// - `server n1 [voters n1 n2 …]`: a new server, with the first configuration if voters are named.
/// - `tick n1 [MILLISECONDS]`: lets time pass, 0 by default, then ticks.
/// - `propose n1 TOKEN [COUNT [BYTES]] [reserve]`, `read n1 ID`, `lease n1 ID`, `campaign n1`.
/// - `add n1 TOKEN n4 [promotes] [@DETAILS]`, `promote n1 TOKEN n4`, `remove n1 TOKEN n2`,
///   `prefer n1 TOKEN n2 VALUE`, `describe n1 TOKEN n2 [DETAILS]`, `transfer n1 [n2]`, `recover n1`.
/// - `persist n1 [COUNT]`: syncs that many writes, all by default, and reports the last.
/// - `apply n1`: reports everything handed out as applied. `snapshot n1 INDEX`: of that entry.
/// - `full n1`, `space n1`, `fail n1`: the disk is full, has space, has failed.
/// - `crash n1 [keeping COUNT]`: restarts from what was synced and that many writes more.
///
/// Of several; messages wait until they are delivered:
/// - `group n1 n2 …`: servers of one new group, and nothing is shown.
/// - `deliver [n1 n2]`: delivers what waits now, of all links or from one member to another; what is
///   sent meanwhile waits. `drop [n1 n2]`: loses it.
/// - `repeat n1`: delivers what n1 sent and keeps it. `report n1`: the driver has stored, or
///   published, what n1 received of a snapshot.
/// - `settle`: delivers, persists and applies until nothing is left. `calm` does it and shows nothing.
/// - `cut n1 n2`: no message between the two arrives; `heal` ends all cuts.
/// - `elect n1`: after a while it campaigns, and that settles; nothing is shown.
/// - `pass MILLISECONDS`: lets time pass. `show`: how all servers stand.
struct TranscriptRunner {
    struct Member {
        var server: RaftServer
        var disk = FakeDisk()
        var handedOut = LogIndex.zero
        /// What the driver has yet to report about a snapshot.
        var reports: [RaftEvent] = []
    }

    var members: [String: Member] = [:]
    var now = Instant(nanoseconds: 1_000_000_000)
    /// Messages on their way, in the order they were sent.
    var waiting: [(from: String, to: String, message: RaftMessage)] = []
    var cuts: Set<Set<String>> = []
    /// Changes the options of every server.
    var change: (inout RaftOptions) -> Void = { _ in }
    private var lastSeed: UInt64 = 0

    mutating func run(_ line: String) -> [String] {
        let words = line.split(separator: " ").map(String.init)
        guard let verb = words.first else { return [] }
        if let lines = runOnGroup(verb, Array(words.dropFirst())) { return lines }
        guard words.count >= 2 else { return ["? \(line)"] }
        let name = words[1]
        let arguments = Array(words.dropFirst(2))
        switch verb {
        case "server": return start(name, arguments)
        case "crash": return crash(name, keeping: Int(arguments.last ?? "0") ?? 0)
        case "persist": return persist(name, count: arguments.first.flatMap(Int.init))
        case "tick":
            now = now.advanced(by: .milliseconds(arguments.first.flatMap(Int.init) ?? 0))
            return step(name, .tick)
        case "apply": return step(name, .applied(members[name]?.handedOut ?? .zero))
        default:
            let event =
                event(verb, name, arguments) ?? TranscriptNames.change(verb, arguments)
            guard let event else { return ["? \(line)"] }
            return step(name, event)
        }
    }

    private func event(_ verb: String, _ name: String, _ arguments: [String]) -> RaftEvent? {
        let numbers = arguments.compactMap(Int.init)
        switch verb {
        case "campaign": return .campaign
        case "recover": return .recoverAsSoleVoter
        case "full": return .storageSpace(.full)
        case "space": return .storageSpace(.available)
        case "fail": return .persistFailed
        case "read": return .read(ReadID(UInt64(numbers[0])))
        case "lease": return .leaseRead(ReadID(UInt64(numbers[0])))
        case "transfer":
            return .transferLeadership(to: arguments.first.map(TranscriptNames.member))
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
        var options = RaftOptions()
        options.allowsLeaseReads = true
        change(&options)
        members[name] = Member(
            server: RaftServer(
                id: TranscriptNames.member(name), options: options,
                seed: nextSeed(), now: now))
        guard arguments.first == "voters" else { return describe(name) }
        let voters = arguments.dropFirst().map(TranscriptNames.member)
        return step(name, .bootstrap(Configuration(voters: voters)))
    }

    mutating func persist(_ name: String, count: Int?) -> [String] {
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
                id: TranscriptNames.member(name), options: member.server.options,
                recovered: recovered, seed: nextSeed(), now: now)
            member.handedOut = recovered.snapshot.index
            member.reports = []
            members[name] = member
            waiting.removeAll { $0.to == name }
            return describe(name)
        } catch {
            return ["error \(error)"]
        }
    }

    /// No two starts have the same seed.
    private mutating func nextSeed() -> UInt64 {
        lastSeed += 1
        return lastSeed
    }

    func describe(_ name: String) -> [String] {
        guard let server = members[name]?.server else { return [] }
        let last = TranscriptNames.text(server.lastPosition)
        return ["\(name) \(server.role) of term \(server.term.rawValue), log ends at \(last)"]
    }

    mutating func step(_ name: String, _ event: RaftEvent) -> [String] {
        guard var member = members[name] else { return ["? \(name)"] }
        let before = member.server
        var effects = RaftEffectBuffer()
        member.server.step(event, now: now, into: &effects)
        member.server.checkInvariants()
        member.server.checkTransition(from: before)
        for effect in effects { carryOut(effect, of: name, in: &member) }
        var lines: [String] = []
        if member.server.commitIndex != before.commitIndex {
            lines.append("\(name) commits \(member.server.commitIndex.rawValue)")
        }
        lines += effects.map { "\(name) \(TranscriptNames.text($0))" }
        members[name] = member
        return lines.isEmpty ? ["\(name) does nothing"] : lines
    }

    private mutating func carryOut(
        _ effect: RaftEffect, of name: String, in member: inout Member
    ) {
        switch effect {
        case .write(let sequence, let write): member.disk.write(sequence, write)
        case .apply(let range): member.handedOut = range.upperBound
        case .restoreSnapshot(let position): member.handedOut = position.index
        case .compact(let index): member.disk.compact(through: index)
        case .storeSnapshot(let chunk):
            member.reports.append(.snapshotStored(chunk.position, end: chunk.end))
        case .installSnapshot(let position, let configuration):
            member.disk.publish(position, configuration)
            member.reports.append(.snapshotInstalled(position))
        case .send(let message, let receiver):
            waiting.append((name, TranscriptNames.text(receiver), Self.filled(message)))
        default: break
        }
    }

    /// Every snapshot has 250 bytes, sent in pieces of 100.
    private static func filled(_ message: RaftMessage) -> RaftMessage {
        guard case .snapshot(let chunk) = message.content else { return message }
        let byteCount = min(100, 250 - min(250, Int(chunk.offset)))
        let isLast = Int(chunk.offset) + byteCount == 250
        return RaftMessage(
            term: message.term,
            content: .snapshot(chunk.filled(byteCount: byteCount, isLast: isLast)))
    }
}
