import RaftRuntime

/// The procedures that a member has of a store.
final class ProcedureTable: Sendable {
    private struct State {
        /// By name, and then by version.
        var procedures: [String: [Int: Procedure]] = [:]
        /// Why there are none any more.
        var end: StoreError?
    }

    private let state = Lock(State())

    /// Adds a procedure, or replaces the one with its name and version.
    func register(_ procedure: Procedure) {
        state.withLock { state in
            guard state.end == nil else { return }
            state.procedures[procedure.name, default: [:]][procedure.version] = procedure
        }
    }

    /// Removes a procedure; one that is not there is no error.
    func unregister(_ name: String, version: Int) {
        state.withLock { state in
            state.procedures[name]?[version] = nil
            if state.procedures[name]?.isEmpty == true { state.procedures[name] = nil }
        }
    }

    /// Lets go of all procedures, which may hold the store, and takes no others.
    func end(_ error: StoreError) {
        state.withLock { $0 = State(end: error) }
    }

    /// The names with their versions, both ascending.
    var all: [(name: String, versions: [Int])] {
        state.withLock { state in
            state.procedures.map { (name: $0.key, versions: $0.value.keys.sorted()) }
        }.sorted { $0.name < $1.name }
    }

    /// - Throws: ``StoreError`` `.procedureNotFound`, which says what there is; `.closed` or
    ///   `.storeNotFound` if the store is no more.
    func procedure(_ reference: ProcedureReference) throws -> Procedure {
        let (end, versions) = state.withLock { state in
            (state.end, state.procedures[reference.procedure] ?? [:])
        }
        if let end { throw end }
        let version = reference.version ?? versions.keys.max() ?? 0
        if let procedure = versions[version] { return procedure }
        guard !versions.isEmpty else {
            let names = all.map(\.name).joined(separator: ", ")
            throw StoreError(
                .procedureNotFound,
                "this member has no procedure \(reference.procedure), it has "
                    + (names.isEmpty ? "none" : names))
        }
        let known = versions.keys.sorted().map(String.init).joined(separator: ", ")
        throw StoreError(
            .procedureNotFound,
            "this member has version \(known) of \(reference.procedure), and not \(version)")
    }
}
