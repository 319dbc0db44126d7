/// Numbers the durable writes of a group and tells how far the log is on stable storage.
///
/// Each write remembers where the log ended after it. A truncation lowers that memory of all earlier
/// writes at once, so no completion, however late, can speak for entries which were written later at
/// the same indexes. Lowering `persistedIndex` alone is the mistake the field has made (Ra 39490978).
struct WriteLedger: Hashable, Sendable {
    /// A write that is not yet durable.
    struct InFlight: Hashable, Sendable {
        let sequence: WriteSequence
        /// The last entry that is durable for certain once this write is.
        var lastIndex: LogIndex
    }

    /// The last write that was numbered.
    private(set) var lastSequence = WriteSequence.zero
    /// Every write up to here is durable.
    private(set) var persistedSequence = WriteSequence.zero
    /// Every entry up to here is durable.
    private(set) var persistedIndex: LogIndex
    /// In ascending order; one element for each write that is not durable.
    private(set) var inFlight: [InFlight] = []

    init(persistedIndex: LogIndex) {
        self.persistedIndex = persistedIndex
    }

    /// Numbers a write after which the log ends at an index.
    mutating func write(lastIndex: LogIndex) -> WriteSequence {
        lastSequence = lastSequence.successor
        inFlight.append(InFlight(sequence: lastSequence, lastIndex: lastIndex))
        return lastSequence
    }

    /// Numbers a truncation and takes back what earlier writes would have promised.
    mutating func truncate(from index: LogIndex) -> WriteSequence {
        let last = index.predecessor
        persistedIndex = min(persistedIndex, last)
        for position in inFlight.indices {
            inFlight[position].lastIndex = min(inFlight[position].lastIndex, last)
        }
        return write(lastIndex: last)
    }

    /// Notes that all writes up to a sequence are durable; earlier news may be skipped or repeated.
    ///
    /// - Precondition: The sequence has been issued.
    mutating func persisted(_ sequence: WriteSequence) {
        precondition(sequence <= lastSequence, "write \(sequence) completed but was never issued")
        guard sequence > persistedSequence else { return }
        persistedSequence = sequence
        let done = inFlight.prefix { $0.sequence <= sequence }
        for write in done { persistedIndex = max(persistedIndex, write.lastIndex) }
        inFlight.removeFirst(done.count)
    }

    #if KHEPRI_MUTANTS
    /// Takes the truncations back that were made since an earlier state.
    mutating func restorePromises(of earlier: WriteLedger) {
        for place in inFlight.indices where place < earlier.inFlight.count {
            inFlight[place].lastIndex = earlier.inFlight[place].lastIndex
        }
    }
    #endif
}
