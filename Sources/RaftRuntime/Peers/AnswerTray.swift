import RaftCore

/// The commands of other members that are under way here, and their answers until the round's end.
final class AnswerTray: Sendable {
    private struct Command: Hashable {
        let route: Outbox.Route
        let number: UInt64
    }

    private struct State {
        var underWay: Set<Command> = []
        var answers: [(route: Outbox.Route, answer: ForwardedAnswer)] = []
    }

    private let state = Lock(State())

    /// Notes that a command is under way; false if it is already, because it was sent once more.
    func begin(_ number: UInt64, of route: Outbox.Route) -> Bool {
        state.withLock { $0.underWay.insert(Command(route: route, number: number)).inserted }
    }

    /// Ends a command.
    func add(_ answer: ForwardedAnswer, to route: Outbox.Route) {
        state.withLock { state in
            state.underWay.remove(Command(route: route, number: answer.number))
            state.answers.append((route, answer))
        }
    }

    /// Takes all answers out, joined for each route in order of the first ones.
    func take() -> [(route: Outbox.Route, answers: [ForwardedAnswer])] {
        let taken = state.withLock { state in
            defer { state.answers.removeAll(keepingCapacity: true) }
            return state.answers
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
