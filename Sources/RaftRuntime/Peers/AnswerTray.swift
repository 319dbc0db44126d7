import RaftCore

/// Answers for the commands of other members, until the round's end.
final class AnswerTray: Sendable {
    private let answers = Lock<[(route: Outbox.Route, answer: ForwardedAnswer)]>([])

    func add(_ answer: ForwardedAnswer, to route: Outbox.Route) {
        answers.withLock { $0.append((route, answer)) }
    }

    /// Takes everything out, joined for each route in order of the first answers.
    func take() -> [(route: Outbox.Route, answers: [ForwardedAnswer])] {
        let taken = answers.withLock { answers in
            defer { answers.removeAll(keepingCapacity: true) }
            return answers
        }
        var joined: [(route: Outbox.Route, answers: [ForwardedAnswer])] = []
        var places: [Outbox.Route: Int] = [:]
        for (route, answer) in taken {
            if let place = places[route] {
                joined[place].answers.append(answer)
            } else {
                places[route] = joined.count
                joined.append((route, [answer]))
            }
        }
        return joined
    }
}
