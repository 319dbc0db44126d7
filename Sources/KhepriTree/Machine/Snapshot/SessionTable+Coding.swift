import CBOR

extension SessionTable {
    /// Writes a session: identity, time, lowest unanswered sequence, outcomes.
    static func write(_ entry: (id: SessionID, session: Session), to writer: inout CBORWriter) {
        let (id, session) = entry
        writer.writeArrayHeader(5)
        for word in [id.high, id.low, session.time, session.lowestUnanswered] {
            writer.writeUnsigned(word)
        }
        writer.writeArrayHeader(session.outcomes.count)
        for outcome in session.outcomes {
            writer.writeArrayHeader(3)
            writer.writeUnsigned(outcome.sequence)
            writer.writeUnsigned(outcome.revision.rawValue)
            writer.writeUnsigned(outcome.error?.number ?? 0)
        }
    }

    /// Reads what ``write(_:to:)`` wrote.
    ///
    /// - Parameter previous: The session before this one in the stream.
    static func readSession(
        _ reader: inout CBORReader, after previous: SessionID?
    ) throws -> (id: SessionID, session: Session) {
        guard try reader.readArrayHeader() == 5 else {
            throw StateError("expected a session of 5 parts")
        }
        let id = SessionID(high: try reader.readUnsigned(), low: try reader.readUnsigned())
        guard previous.map({ $0 < id }) ?? true else {
            throw StateError("sessions are not in the order of their identities")
        }
        var session = Session(time: try reader.readUnsigned())
        session.lowestUnanswered = try reader.readUnsigned()
        let count = try reader.readArrayHeader()
        guard 1...outcomesMaximum ~= count else {
            throw StateError("expected 1 to \(outcomesMaximum) outcomes, found \(count)")
        }
        for _ in 0..<count {
            let outcome = try readOutcome(&reader)
            let isInOrder = session.outcomes.last.map { $0.sequence < outcome.sequence }
            guard isInOrder ?? (outcome.sequence >= session.lowestUnanswered) else {
                throw StateError("outcomes are not in the order of their sequences")
            }
            session.outcomes.append(outcome)
        }
        return (id, session)
    }

    private static func readOutcome(_ reader: inout CBORReader) throws -> Outcome {
        guard try reader.readArrayHeader() == 3 else {
            throw StateError("expected an outcome of 3 parts")
        }
        let sequence = try reader.readUnsigned()
        let revision = Revision(try reader.readUnsigned())
        let number = try reader.readUnsigned()
        let error = OperationError.Code(number: number)
        guard (error == nil) == (number == 0) else {
            throw StateError("expected the number of an error, found \(number)")
        }
        return Outcome(sequence: sequence, revision: revision, error: error)
    }
}
