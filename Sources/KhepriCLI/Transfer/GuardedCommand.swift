import Khepri
import KhepriTree

/// Operations in one command: all is applied or nothing, and the first that fails is known.
struct GuardedCommand {
    let operations: [TreeOperation]

    /// How it ended.
    enum Outcome {
        case applied
        /// The store refuses the operation at this index.
        case refused(Int)
    }

    /// Carries them out.
    ///
    /// - Throws: ``ProgramExit`` when the store does not take the command as a whole.
    func run(in store: any StorePlace) async throws -> Outcome {
        guard !operations.isEmpty else { return .applied }
        // The reason tells which operation failed.
        let steps = try operations.enumerated().flatMap { index, operation in
            [operation, TreeOperation(.abortIfError(reason: try Payload(json: "\(index)")))]
        }
        switch try await store.start(TreeOperation(.transaction(readOnly: false, steps))).result() {
        case .results: return .applied
        case .aborted(let reason):
            guard let index = Int(reason.jsonText), operations.indices.contains(index) else {
                break
            }
            return .refused(index)
        case .error(let error):
            throw ProgramExit(.refused, "\(error); nothing of the command was written")
        default: break
        }
        throw ProgramExit(.fault, "expected the results of a batch")
    }
}

extension TreeOperation {
    /// Whether it is a put that ties its node to others.
    var isTied: Bool {
        guard case .put(let write) = kind, path.exactPath != nil else { return false }
        return write.keepWhile?.isEmpty == false
    }

    /// The same put without its conditions.
    var untied: TreeOperation {
        guard case .put(let write) = kind else { return self }
        return TreeOperation(.put(TreeOperation.Write(payload: write.payload)), at: path)
    }

    /// Whether it is a put of one node.
    var isPlacing: Bool {
        if case .put = kind { path.exactPath != nil } else { false }
    }

    /// What the store expects of the place where it carries the operation out.
    var rule: String {
        switch kind {
        case .create: "expected no node there, and that its keep-while conditions hold"
        case .update: "expected a node there, and that its keep-while conditions hold"
        case .compareAndSwap: "expected a node with the payload that it names"
        case .put where isTied: "expected that all its keep-while conditions hold"
        case .copy, .move: "expected a node at the source, and a target that may be written"
        default: "expected nodes as the operation names them"
        }
    }
}
