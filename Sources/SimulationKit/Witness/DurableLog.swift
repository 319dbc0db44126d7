import RaftCore
import RaftRuntime

/// What the log of one member has promised to keep of one group.
struct DurableLog: Sendable {
    /// What tells an entry from every other one.
    struct Mark: Sendable, Hashable {
        let term: Term
        let digest: UInt64
        let isConfiguration: Bool

        init(_ entry: LogEntry) {
            var digest = StableDigest()
            digest.add(entry.term.rawValue)
            digest.add(entry.time)
            digest.add(entry.payload)
            term = entry.term
            self.digest = digest.value
            isConfiguration = entry.kind == .configuration
        }
    }

    private(set) var term = Term.zero
    /// The vote in each term.
    private(set) var votes: [Term: MemberID] = [:]
    /// The entries, with those that a snapshot has replaced since.
    private(set) var marks: [LogIndex: Mark] = [:]
    private(set) var last = LogPosition.zero
    private(set) var snapshot = LogPosition.zero
    /// Whether it was told to forget the group; what it held is remembered, for it may have been committed.
    private(set) var isDeleted = false

    /// Whether nothing was promised that is still to be kept.
    var isEmpty: Bool {
        isDeleted || (term == .zero && votes.isEmpty && last == .zero && snapshot == .zero)
    }

    /// Carries out a write.
    mutating func apply(_ write: LogWrite) {
        switch write {
        case .openGroup: break
        case .deleteGroup: isDeleted = true
        case .hardState(let term, let vote):
            self.term = term
            if let vote { votes[term] = vote }
        case .truncate(let index): truncate(from: index)
        case .append(let entries):
            for entry in entries { append(entry) }
        case .snapshot(let position): adopt(position)
        }
    }

    /// Takes over what a log held when it was opened.
    mutating func replace(by recovered: RecoveredGroup) {
        term = recovered.term
        if let vote = recovered.vote { votes[term] = vote }
        snapshot = recovered.snapshot ?? .zero
        let first = recovered.entries.first?.index ?? snapshot.index.successor
        truncate(from: first)
        last = snapshot
        for entry in recovered.entries { append(entry) }
        if last.index < snapshot.index { last = snapshot }
    }

    /// What an opened log lacks of this one; nil if nothing.
    func loss(in recovered: RecoveredGroup) -> String? {
        guard recovered.term >= term else { return "term \(term.rawValue)" }
        if recovered.term == term, let vote = votes[term], recovered.vote != vote {
            return "the vote in term \(term.rawValue)"
        }
        let covered = recovered.snapshot ?? .zero
        guard covered.index >= snapshot.index else { return "a snapshot" }
        let found = Dictionary(
            uniqueKeysWithValues: recovered.entries.map { ($0.index, Mark($0)) })
        var index = covered.index.successor
        while index <= last.index {
            guard found[index] == marks[index] else { return "entry \(index.rawValue)" }
            index = index.successor
        }
        return nil
    }

    /// Whether an entry, or a snapshot in its place, survives a power cut, or did so until the group was
    /// deleted.
    func holds(_ mark: Mark, at index: LogIndex) -> Bool {
        snapshot.index >= index || marks[index] == mark
    }

    private mutating func append(_ entry: LogEntry) {
        marks[entry.index] = Mark(entry)
        last = LogPosition(index: entry.index, term: entry.term)
    }

    private mutating func truncate(from index: LogIndex) {
        guard index <= last.index else { return }
        var void = index
        while void <= last.index {
            marks[void] = nil
            void = void.successor
        }
        let rest = LogIndex(index.rawValue - 1)
        let term = rest == snapshot.index ? snapshot.term : marks[rest]?.term ?? .zero
        last = LogPosition(index: rest, term: term)
    }

    private mutating func adopt(_ position: LogPosition) {
        snapshot = position
        guard position.index > last.index else { return }
        marks = [:]
        last = position
    }
}

extension LogIndex {
    var successor: LogIndex { LogIndex(rawValue + 1) }
}

/// A digest that is the same in each process (FNV-1a).
struct StableDigest: Sendable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    mutating func add(_ number: UInt64) {
        value = (value ^ number) &* 0x0000_0100_0000_01B3
        value ^= value >> 29
    }
}
