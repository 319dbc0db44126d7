public import KhepriTree

extension TreeStore {
    /// Makes a procedure callable on this member, in place of one with its name and version.
    ///
    /// Each member of a cluster registers its own, before it serves.
    public func register(_ procedure: Procedure) {
        engine.procedures.register(procedure)
    }

    /// Takes a procedure away; calls that are under way go on.
    public func unregisterProcedure(_ name: String, version: Int = 1) {
        engine.procedures.unregister(name, version: version)
    }

    /// The names of the procedures that this member has, with their versions, both ascending.
    public var procedures: [(name: String, versions: [Int])] { engine.procedures.all }

    /// Runs a procedure as a transaction.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - version: Its version, nil for the highest that this member has.
    ///   - argument: What it is given.
    ///   - type: What it answers.
    ///   - timeout: How long all of it may take, the store's default if nil.
    /// - Returns: Its answer, the time that was applied.
    /// - Throws: ``StoreError`` `.procedureNotFound` if this member has not got it; `.valueCoding` if the
    ///   argument or the answer is of another type; what the procedure throws; and all that
    ///   ``transaction(consistency:timeout:_:)`` throws.
    public func call<Answer: Decodable & Sendable>(
        _ name: String, version: Int? = nil, with argument: some Encodable & Sendable,
        as type: Answer.Type = Answer.self, timeout: Duration? = nil
    ) async throws -> Answer {
        let argument = try ProcedureCoding.payload(of: argument, of: name)
        let answer = try await call(
            ProcedureReference(name, version: version), with: argument, timeout: timeout)
        return try ProcedureCoding.answer(answer, of: name)
    }

    /// Runs the procedure to which a node refers; a change of the node is a conflict, as one of anything
    /// that a transaction reads.
    ///
    /// - Parameters:
    ///   - path: A node whose value is a ``ProcedureReference``.
    ///   - argument: What the procedure is given.
    ///   - type: What it answers.
    ///   - timeout: How long all of it may take, the store's default if nil.
    /// - Returns: Its answer, the time that was applied.
    /// - Throws: ``StoreError`` `.nodeNotFound` if nothing is there, and what
    ///   ``call(_:version:with:as:timeout:)`` throws.
    public func call<Answer: Decodable & Sendable>(
        at path: TreePath, with argument: some Encodable & Sendable,
        as type: Answer.Type = Answer.self, timeout: Duration? = nil
    ) async throws -> Answer {
        let argument = try ProcedureCoding.payload(of: argument, of: "\(path)")
        let answer = try await transaction(timeout: timeout) { [procedures = engine.procedures] in
            guard let reference = try $0.get(path, as: ProcedureReference.self) else {
                throw StoreError(.nodeNotFound, "there is no procedure", path: path)
            }
            return try procedures.procedure(reference).body(&$0, argument)
        }
        return try ProcedureCoding.answer(answer, of: "\(path)")
    }

    /// Runs a procedure with an encoded argument; its answer is encoded, too.
    package func call(
        _ reference: ProcedureReference, with argument: Payload?, timeout: Duration? = nil
    ) async throws -> Payload {
        let procedure = try engine.procedures.procedure(reference)
        return try await transaction(timeout: timeout) { try procedure.body(&$0, argument) }
    }
}
