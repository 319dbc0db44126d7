/// The system that is compared with the model: takes a line, returns a line.
///
/// It is a closure so that this harness knows nothing of what it checks; each run starts a new one.
typealias Subject = (_ line: String) -> String

/// Runs the same operations on the model and on a system.
struct Differential {
    let makeSubject: () -> Subject

    /// The first operation on which the two disagree.
    struct Disagreement: Equatable {
        var index: Int
        var expected: JSON
        var found: String
    }

    func run(_ operations: [JSON]) -> Disagreement? {
        let subject = makeSubject()
        var model = Model()
        for (index, operation) in operations.enumerated() {
            let expected = model.perform(operation)
            let found = subject(operation.description)
            guard let result = try? JSONParser.parse(found), agree(result, expected) else {
                return Disagreement(index: index, expected: expected, found: found)
            }
        }
        return nil
    }

    /// Exact equality, also of the order of nodes, but for what is free: messages, which characters
    /// of a path are escaped, and what is said of a malformed operation beside the code.
    private func agree(_ found: JSON, _ expected: JSON) -> Bool {
        switch (found.onlyMember?.key, found.onlyMember?.value) {
        case ("error", let error?):
            let isMalformed = ["invalidOperation", "invalidPath"].contains(error["code"])
            return isMalformed
                ? error["code"] == expected["error"]?["code"]
                : error.removing("message").withPath(error["path"]) == expected["error"]
        case ("nodes", .array(let rows)):
            let nodes = rows.map {
                JSON.array([$0.array?[0].canonicalPath ?? .null, $0.array?[1] ?? .null])
            }
            return .array(nodes) == expected["nodes"]
        case ("results", .array(let results)):
            guard let wanted = expected["results"]?.array, wanted.count == results.count else {
                return false
            }
            return zip(results, wanted).allSatisfy { agree($0, $1) }
        default: return found == expected
        }
    }

    /// Drops operations as long as the rest still disagrees.
    func shrink(_ operations: [JSON]) -> [JSON] {
        var best = operations
        var size = max(1, best.count / 2)
        while true {
            var start = 0
            var isSmaller = false
            while start < best.count {
                var shorter = best
                shorter.removeSubrange(start..<min(start + size, best.count))
                if let disagreement = run(shorter) {
                    best = Array(shorter.prefix(disagreement.index + 1))
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1, !isSmaller { return shrinkInside(best) }
            size = max(1, size / 2)
        }
    }

    /// Drops members and elements inside operations, as long as the rest still disagrees.
    private func shrinkInside(_ operations: [JSON]) -> [JSON] {
        var best = operations
        for index in best.indices {
            var candidates = best[index].simplifications
            while let simpler = candidates.popLast() {
                var shorter = best
                shorter[index] = simpler
                guard run(shorter)?.index == best.count - 1 else { continue }
                best = shorter
                candidates = simpler.simplifications
            }
        }
        return best
    }

    /// What a person needs to see and repeat a disagreement; nil when there is none.
    func report(_ operations: [JSON], seed: UInt64) -> String? {
        guard let first = run(operations) else { return nil }
        let failing = Array(operations.prefix(first.index + 1))
        let isRepeatable = run(failing) != nil
        let shrunk = isRepeatable ? shrink(failing) : failing
        let disagreement = run(shrunk) ?? first
        let lines = shrunk.map(\.description).joined(separator: "\n")
        return """
            \(isRepeatable ? "disagreement" : "disagreement, not repeatable"), KHEPRI_SEED=\(seed)
            \(lines)
            expected \(disagreement.expected)
            found    \(disagreement.found)
            """
    }
}

extension JSON {
    /// The text of a path as the model writes it.
    fileprivate var canonicalPath: JSON? {
        guard let text, let names = try? ModelPath.names(text) else { return nil }
        return .string(ModelPath.text(names))
    }

    /// The object with its path, if it has one, as the model writes it.
    fileprivate func withPath(_ path: JSON?) -> JSON {
        path.flatMap(\.canonicalPath).map { adding("path", $0) } ?? self
    }

    /// This value with one member or element less, at any depth.
    fileprivate var simplifications: [JSON] {
        switch self {
        case .array(let elements):
            return elements.indices.flatMap { index -> [JSON] in
                var without = elements
                without.remove(at: index)
                return [.array(without)]
                    + elements[index].simplifications.map {
                        var changed = elements
                        changed[index] = $0
                        return .array(changed)
                    }
            }
        case .object(let members):
            return members.flatMap { member in
                [removing(member.key)] + member.value.simplifications.map { adding(member.key, $0) }
            }
        default: return []
        }
    }
}
