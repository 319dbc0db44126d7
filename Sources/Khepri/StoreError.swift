public import KhepriTree

/// The error of every operation of a store.
///
/// Two questions matter to a caller, and every error answers both: what was wrong (``code``, and
/// ``message`` with what was expected and what was found), and whether the write may have been
/// applied all the same (``mayHaveBeenApplied``). A `catch` can name a code:
///
/// ```swift
/// do {
///     try await store.put(150, at: "/stock/wood/oak", if: .payloadVersion(3))
/// } catch StoreError.Code.conditionFailed {
///     // Someone else was faster; read again.
/// } catch let error as StoreError where error.mayHaveBeenApplied {
///     // The outcome is unknown: read before writing again.
/// }
/// ```
public struct StoreError: Error, Sendable {
    /// What was wrong.
    public let code: Code
    /// What was expected, what was found and what to do; never a value or a secret.
    public let message: String
    /// The node it is about, if it is about one.
    public let path: TreePath?
    /// What a lower layer said, if it said something.
    public let cause: (any Error)?
    /// Whether the write may have been applied, now or later, in spite of the error.
    public let mayHaveBeenApplied: Bool

    /// Joins the parts of an error.
    public init(
        _ code: Code,
        _ message: String,
        path: TreePath? = nil,
        cause: (any Error)? = nil,
        mayHaveBeenApplied: Bool = false
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.cause = cause
        self.mayHaveBeenApplied = mayHaveBeenApplied
    }

    /// The kinds of error; later versions may add more.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, stable across versions.
        public let description: String

        /// A code by its name: of an error that came from elsewhere as text.
        package init(_ description: String) {
            self.description = description
        }

        /// There is no node at the path, and the operation needs one.
        public static let nodeNotFound = Code("nodeNotFound")
        /// There is no store with the name, or it was deleted.
        public static let storeNotFound = Code("storeNotFound")
        /// This member has no procedure with the name, or none with the version.
        public static let procedureNotFound = Code("procedureNotFound")
        /// A condition of the write or read is not met.
        public static let conditionFailed = Code("conditionFailed")
        /// A keep-while condition of the write is not met.
        public static let keepWhileConditionFailed = Code("keepWhileConditionFailed")
        /// The operation is for one node, and the pattern may match many.
        public static let patternMatchesManyNodes = Code("patternMatchesManyNodes")
        /// A path or pattern is malformed or over a limit.
        public static let invalidPath = Code("invalidPath")
        /// The operation makes no sense, or a part of it is over a limit.
        public static let invalidOperation = Code("invalidOperation")
        /// The value cannot be encoded or decoded as asked.
        public static let valueCoding = Code("valueCoding")
        /// A batch ended itself; nothing was applied.
        public static let aborted = Code("aborted")
        /// What the transaction read changed each time it ran, until its time was over; nothing was
        /// applied.
        public static let conflict = Code("conflict")
        /// The transaction reads or writes more than one may; nothing was applied.
        public static let transactionTooLarge = Code("transactionTooLarge")
        /// Too much is under way; nothing was applied.
        public static let overloaded = Code("overloaded")
        /// The operation did not end within its timeout.
        public static let timeout = Code("timeout")
        /// The task was cancelled while the operation was under way.
        public static let cancelled = Code("cancelled")
        /// Changes were missed that the history no longer holds; begin again with what is there now.
        public static let compacted = Code("compacted")
        /// The store is closed or closing.
        public static let closed = Code("closed")
        /// The disk is full: writes are refused, reads and deletes go on.
        public static let storageFull = Code("storageFull")
        /// The disk failed: the store has stopped and must be opened again.
        public static let storageFailed = Code("storageFailed")
        /// The directory holds damaged data; the message names the file and the place.
        public static let corrupt = Code("corrupt")
        /// The state of this member is not that of the others: it stopped, and must join anew.
        public static let diverged = Code("diverged")
        /// Another process has the directory open.
        public static let locked = Code("locked")
        /// The directory was written by a newer version of Khepri.
        public static let newerFormat = Code("newerFormat")
        /// There is a file or data where something new was to be made.
        public static let alreadyExists = Code("alreadyExists")
        /// The directory cannot be used: it is missing, of another kind, or rights are missing.
        public static let cannotOpen = Code("cannotOpen")
        /// The write was sent more than once, and what would have told whether it was applied before
        /// is forgotten: the clocks of two leaders are more than an hour apart.
        public static let sessionExpired = Code("sessionExpired")
        /// The lease has ended, or its holder cannot be sure that it has not.
        public static let leaseEnded = Code("leaseEnded")
        /// A change of leader made the store send the command once more, and it had been applied by
        /// then; the message names its revision, and its result is not kept.
        public static let resultUnavailable = Code("resultUnavailable")
        /// This member has no leader: a majority of the members cannot be reached.
        public static let noQuorum = Code("noQuorum")
        /// The leader has applied the write, and this member had not within the timeout.
        public static let appliedElsewhere = Code("appliedElsewhere")
        /// This member does not lead the store and cannot serve the request.
        public static let notLeader = Code("notLeader")
    }
}

extension StoreError: CustomStringConvertible {
    /// Code, message, path and, for an unknown outcome, a reminder of it.
    public var description: String {
        let place = path.map { " (\($0))" } ?? ""
        let outcome = mayHaveBeenApplied ? "; the write may have been applied" : ""
        return "\(code): \(message)\(place)\(outcome)"
    }
}

extension StoreError.Code {
    /// Matches a ``StoreError`` of this code in a `catch` clause.
    public static func ~= (code: StoreError.Code, error: any Error) -> Bool {
        (error as? StoreError)?.code == code
    }
}
