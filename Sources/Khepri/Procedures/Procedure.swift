import KhepriTree

/// A transaction that has a name, so that it can be called over HTTP, from the command line, or by a
/// node that refers to it.
///
/// ```swift
/// store.register(
///     try Procedure("reserve", version: 1) { (transaction, count: Int) in
///         let left = try transaction.get("/stock", as: Int.self) ?? 0
///         guard left >= count else { return false }
///         try transaction.put(left - count, at: "/stock")
///         return true
///     })
/// let isReserved = try await store.call("reserve", with: 3, as: Bool.self)
/// ```
/// Its effects are in the log, not its code: members may have different versions of it, and a member calls
/// those that it has.
public struct Procedure: Sendable {
    /// What it is called by; 1 to 64 ASCII letters, digits, `-`, `_` and `.`.
    public let name: String
    /// From 1; a caller that names none gets the highest.
    public let version: Int

    let body: @Sendable (inout Transaction, Payload?) throws -> Payload

    /// Gives a transaction a name.
    ///
    /// - Parameters:
    ///   - name: What it is called by.
    ///   - version: From 1; raise it when callers must know the difference.
    ///   - body: What ``TreeStore/transaction(consistency:timeout:_:)`` takes, with an argument: an
    ///     optional one may be left out by the caller.
    /// - Throws: ``StoreError`` `.invalidOperation` for a malformed name or a version below 1.
    public init<Argument: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ name: String, version: Int = 1,
        _ body: @escaping @Sendable (inout Transaction, Argument) throws -> Answer
    ) throws {
        try StoreName.validate(name, as: "procedure name")
        guard version >= 1 else {
            throw StoreError(
                .invalidOperation, "expected a version of 1 or higher, found \(version)")
        }
        self.name = name
        self.version = version
        self.body = { transaction, payload in
            let argument: Argument = try ProcedureCoding.argument(payload, of: name)
            return try ProcedureCoding.payload(of: try body(&transaction, argument), of: name)
        }
    }
}

/// What a node holds that stands for a procedure.
///
/// ```swift
/// try await store.put(ProcedureReference("reserve"), at: "/procedures/checkout")
/// let isReserved = try await store.call(at: "/procedures/checkout", with: 3, as: Bool.self)
/// ```
public struct ProcedureReference: Hashable, Sendable, Codable {
    /// What the procedure is called.
    public var procedure: String
    /// Its version, nil for the highest that the caller's member has.
    public var version: Int?

    /// Refers to a procedure.
    public init(_ procedure: String, version: Int? = nil) {
        self.procedure = procedure
        self.version = version
    }
}
