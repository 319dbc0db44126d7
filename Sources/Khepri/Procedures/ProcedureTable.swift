import RaftRuntime

/// The procedures that a member has of a store.
final class ProcedureTable: Sendable {
    /// By name, and then by version.
    private let procedures = Lock<[String: [Int: Procedure]]>([:])

    /// Adds a procedure, or replaces the one with its name and version.
    func register(_ procedure: Procedure) {
        procedures.withLock { $0[procedure.name, default: [:]][procedure.version] = procedure }
    }

    /// Removes a procedure; one that is not there is no error.
    func unregister(_ name: String, version: Int) {
        procedures.withLock { procedures in
            procedures[name]?[version] = nil
            if procedures[name]?.isEmpty == true { procedures[name] = nil }
        }
    }

    /// The names with their versions, both ascending.
    var all: [(name: String, versions: [Int])] {
        procedures.withLock { procedures in
            procedures.map { (name: $0.key, versions: $0.value.keys.sorted()) }
        }.sorted { $0.name < $1.name }
    }

    /// - Throws: ``StoreError`` `.procedureNotFound`, which says what there is.
    func procedure(_ reference: ProcedureReference) throws -> Procedure {
        let versions = procedures.withLock { $0[reference.procedure] ?? [:] }
        let version = reference.version ?? versions.keys.max() ?? 0
        if let procedure = versions[version] { return procedure }
        guard !versions.isEmpty else {
            let names = all.map(\.name).joined(separator: ", ")
            throw StoreError(
                .procedureNotFound,
                "this member has no procedure \(reference.procedure), but "
                    + (names.isEmpty ? "none at all" : names))
        }
        let known = versions.keys.sorted().map(String.init).joined(separator: ", ")
        throw StoreError(
            .procedureNotFound,
            "this member has version \(known) of \(reference.procedure), and not \(version)")
    }
}
