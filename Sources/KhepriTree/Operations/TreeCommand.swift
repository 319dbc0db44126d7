/// An operation as an entry of the log: with the session that makes a repeated one apply only once.
package struct TreeCommand: Hashable, Sendable {
    /// What to do; a batch is a transaction.
    package var operation: TreeOperation
    /// Who asks, nil where a repetition does no harm.
    package var session: Session?
    /// On what condition it is applied, nil for none.
    package var basis: TransactionBasis?

    package init(
        _ operation: TreeOperation, session: Session? = nil, basis: TransactionBasis? = nil
    ) {
        self.operation = operation
        self.session = session
        self.basis = basis
    }

    /// The place of a command in the session of its sender.
    package struct Session: Hashable, Sendable {
        /// The session.
        package var id: SessionID
        /// The number of the command in the session, from 1.
        package var sequence: UInt64
        /// The lowest sequence whose answer the sender still waits for; at most ``sequence``.
        package var lowestUnanswered: UInt64

        package init(id: SessionID, sequence: UInt64, lowestUnanswered: UInt64) {
            self.id = id
            self.sequence = sequence
            self.lowestUnanswered = lowestUnanswered
        }
    }
}
