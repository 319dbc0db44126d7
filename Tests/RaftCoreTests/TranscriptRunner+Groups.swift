import RaftCore

// Commands about several servers and the messages between them.
extension TranscriptRunner {
    /// The output of a command that is not about one server; nil if it is no such command.
    mutating func runOnGroup(_ verb: String, _ arguments: [String]) -> [String]? {
        switch verb {
        case "group":
            for name in arguments {
                _ = run("server \(name) voters \(arguments.joined(separator: " "))")
                _ = persist(name, count: nil)
            }
            return []
        case "settle": return settle()
        case "calm":
            _ = settle()
            return []
        case "elect":
            now = now.advanced(by: .milliseconds(900))
            _ = arguments.first.map { step($0, .campaign) }
            _ = settle()
            return []
        case "pass":
            now = now.advanced(by: .milliseconds(arguments.first.flatMap(Int.init) ?? 0))
            return []
        case "show": return members.keys.sorted().flatMap { describe($0) }
        case "cut":
            cuts.insert(Set(arguments))
            return []
        case "heal":
            cuts.removeAll()
            return []
        case "deliver": return deliver(take(arguments))
        case "repeat": return deliver(waiting.filter { $0.from == arguments[0] })
        case "report": return arguments.flatMap { reportSnapshots(of: $0) }
        case "drop": return take(arguments).map { "lost: \(text($0))" }
        default: return nil
        }
    }

    /// Takes the messages of a link, or all, out of the waiting ones.
    private mutating func take(
        _ link: [String]
    ) -> [(from: String, to: String, message: RaftMessage)] {
        let taken = waiting.filter { link.isEmpty || ($0.from == link[0] && $0.to == link[1]) }
        waiting.removeAll { link.isEmpty || ($0.from == link[0] && $0.to == link[1]) }
        return taken
    }

    private mutating func deliver(
        _ messages: [(from: String, to: String, message: RaftMessage)]
    ) -> [String] {
        messages.flatMap { message in
            guard !cuts.contains([message.from, message.to]), members[message.to] != nil else {
                return ["lost: \(text(message))"]
            }
            return step(
                message.to,
                .receive(message.message, from: TranscriptNames.member(message.from)))
        }
    }

    private func text(_ message: (from: String, to: String, message: RaftMessage)) -> String {
        "\(message.from) to \(message.to): \(TranscriptNames.text(message.message))"
    }

    /// Goes on until there is nothing to deliver, persist, report or apply.
    private mutating func settle() -> [String] {
        var lines: [String] = []
        // Members that answer each other for ever would be a bug; this shows it.
        for _ in 0..<50 {
            let start = lines.count
            let messages = take([])
            lines += deliver(messages)
            for name in members.keys.sorted() { lines += doChores(of: name) }
            if lines.count == start, messages.isEmpty { return Self.interesting(lines) }
        }
        return Self.interesting(lines) + ["and so on"]
    }

    private mutating func doChores(of name: String) -> [String] {
        var lines = reportSnapshots(of: name)
        if let last = members[name]?.disk.sync(.max) { lines += step(name, .persisted(last)) }
        if let member = members[name], member.handedOut > member.server.appliedIndex {
            lines += step(name, .applied(member.handedOut))
        }
        return lines
    }

    private mutating func reportSnapshots(of name: String) -> [String] {
        let reports = members[name]?.reports ?? []
        members[name]?.reports = []
        return reports.flatMap { step(name, $0) }
    }

    private static func interesting(_ lines: [String]) -> [String] {
        lines.filter { !$0.hasSuffix("does nothing") }
    }
}
