/// Decides whether a history of registers is linearizable (Herlihy and Wing 1990).
///
/// Each register is checked alone, for linearizability is local. The search goes through starts
/// and ends in order and carries every state the register can be in, with the open calls that have
/// taken effect by then ("just-in-time linearization", Lowe 2017, after Wing and Gong 1993). A call
/// takes effect only when the end of one, its own or another's, needs it to.
///
/// Of two states with the same content and the same answered calls, one is dropped that used more
/// calls of unknown outcome: those may be left out, so what the one can do, the other can too. This
/// keeps many lost calls from doubling the work each. Lost calls that do the same stand for each other,
/// so they are tried in one order only, and contents that nobody saw or expected are all one. A call
/// that changes nothing takes effect as soon as it can, for whatever may follow then may follow without
/// it: many readers at once cost little.
package enum LinearizabilityChecker {
    /// Why a history is not linearizable.
    package struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
        /// The first call that has no place.
        package let call: RegisterCall
        /// What the register could hold before it.
        package let possible: [Int?]

        package var description: String {
            "no order explains \(call); possible contents: \(possible)"
        }
    }

    /// Checks registers that are empty at first.
    package static func check(_ history: [RegisterCall]) throws(Violation) {
        var byKey: [Int: [RegisterCall]] = [:]
        for call in history where call.operation != .read || call.outcome != .unknown {
            byKey[call.key, default: []].append(call)
        }
        for key in byKey.keys.sorted() {
            var search = RegisterSearch(byKey[key] ?? [])
            try search.run()
        }
    }
}

/// The search through the history of one register.
private struct RegisterSearch {
    private struct Moment {
        let time: UInt64
        let isEnd: Bool
        let call: Int
    }

    /// One thing that may be the case at a moment.
    private struct Possibility: Hashable {
        var content: Int?
        /// Open calls that took effect and will be answered, ascending.
        var answered: [Int] = []
        /// Calls of unknown outcome that took effect, ascending.
        var unknown: [Int] = []

        mutating func add(_ call: Int, isUnknown: Bool) {
            if isUnknown { unknown.insertSorted(call) } else { answered.insertSorted(call) }
        }

        func has(_ call: Int) -> Bool { answered.contains(call) || unknown.contains(call) }
    }

    /// As the clients saw them.
    private let history: [RegisterCall]
    /// The same, with one content in place of all that no other call depends on.
    private let calls: [RegisterCall]
    private var open: [Int] = []

    init(_ history: [RegisterCall]) {
        self.history = history
        let seen = Set(history.flatMap(\.dependencies))
        calls = history.map { call in
            var call = call
            call.operation = call.operation.merging { !seen.contains($0) }
            return call
        }
    }

    mutating func run() throws(LinearizabilityChecker.Violation) {
        var possibilities = [Possibility()]
        for moment in moments() {
            guard moment.isEnd else {
                open.append(moment.call)
                continue
            }
            let next = successors(of: possibilities, after: moment.call)
            guard !next.isEmpty else {
                throw LinearizabilityChecker.Violation(
                    call: history[moment.call], possible: Self.contents(possibilities))
            }
            open.removeAll { $0 == moment.call }
            possibilities = next
        }
    }

    /// Starts before ends at the same time: such calls overlap.
    private func moments() -> [Moment] {
        var moments: [Moment] = []
        for (number, call) in calls.enumerated() {
            moments.append(Moment(time: call.start, isEnd: false, call: number))
            if call.outcome == .unknown { continue }
            moments.append(Moment(time: call.end, isEnd: true, call: number))
        }
        return moments.sorted { ($0.time, $0.isEnd ? 1 : 0) < ($1.time, $1.isEnd ? 1 : 0) }
    }

    /// What may be the case once a call has taken effect, which is then forgotten.
    private func successors(of before: [Possibility], after call: Int) -> [Possibility] {
        var results = Frontier()
        var seen = Frontier()
        var waiting: [Possibility] = []
        for possibility in before.map(withObservers) where seen.add(possibility) {
            waiting.append(possibility)
        }
        while let possibility = waiting.popLast() {
            if possibility.answered.contains(call) {
                var result = possibility
                result.answered.removeAll { $0 == call }
                _ = results.add(result)
                continue
            }
            for next in steps(from: possibility) where seen.add(next) { waiting.append(next) }
        }
        return results.all
    }

    /// What may be the case after one more open call has taken effect.
    private func steps(from possibility: Possibility) -> [Possibility] {
        var lost: Set<RegisterCall.Operation> = []
        return open.compactMap { candidate in
            guard !possibility.has(candidate) else { return nil }
            let call = calls[candidate]
            let isUnknown = call.outcome == .unknown
            if isUnknown, !lost.insert(call.operation).inserted { return nil }
            guard let content = call.effect(on: possibility.content) else { return nil }
            var next = possibility
            next.content = content
            next.add(candidate, isUnknown: isUnknown)
            return withObservers(next)
        }
    }

    /// A possibility once every open call has taken effect that can, and that changes nothing.
    private func withObservers(_ possibility: Possibility) -> Possibility {
        var result = possibility
        for candidate in open where calls[candidate].isObserver && !result.has(candidate) {
            guard calls[candidate].effect(on: result.content) != nil else { continue }
            result.add(candidate, isUnknown: false)
        }
        return result
    }

    private static func contents(_ possibilities: [Possibility]) -> [Int?] {
        Set(possibilities.map(\.content)).sorted { ($0 ?? .min) < ($1 ?? .min) }
    }

    /// Possibilities of which none makes another superfluous.
    private struct Frontier {
        private struct Key: Hashable {
            let content: Int?
            let answered: [Int]
        }

        private var unknown: [Key: [[Int]]] = [:]

        var all: [Possibility] {
            unknown.flatMap { key, sets in
                sets.map { Possibility(content: key.content, answered: key.answered, unknown: $0) }
            }
        }

        /// Adds a possibility unless one that is there can do as much.
        mutating func add(_ possibility: Possibility) -> Bool {
            let key = Key(content: possibility.content, answered: possibility.answered)
            let used = possibility.unknown
            let sets = unknown[key] ?? []
            guard !sets.contains(where: { $0.isSubset(of: used) }) else { return false }
            unknown[key] = sets.filter { !used.isSubset(of: $0) } + [used]
            return true
        }
    }
}

extension RegisterCall {
    /// The contents that the call saw or expected.
    fileprivate var dependencies: [Int] {
        switch (operation, outcome) {
        case (.read, .found(let found)): [found].compactMap(\.self)
        case (.compareAndSet(let expected, _), _): [expected].compactMap(\.self)
        default: []
        }
    }
}

extension RegisterCall.Operation {
    /// Stands for every content that does not matter.
    private static var anyContent: Int { .min }

    /// The same with one content in place of all that do not matter.
    fileprivate func merging(_ isUnseen: (Int) -> Bool) -> Self {
        switch self {
        case .write(let new?) where isUnseen(new): .write(Self.anyContent)
        case .compareAndSet(let expected, let new) where isUnseen(new):
            .compareAndSet(expected: expected, new: Self.anyContent)
        default: self
        }
    }
}

extension [Int] {
    fileprivate mutating func insertSorted(_ number: Int) {
        insert(number, at: firstIndex { $0 > number } ?? endIndex)
    }

    /// Whether another ascending list has all numbers of this one.
    fileprivate func isSubset(of other: [Int]) -> Bool {
        var rest = other[...]
        for number in self {
            guard let place = rest.firstIndex(of: number) else { return false }
            rest = rest[(place + 1)...]
        }
        return true
    }
}
