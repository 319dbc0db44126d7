/// About how many bytes the entries of a log have, without a number for each.
///
/// Neighbouring entries share a block until it has ``blockBytes``; within a block all entries count
/// as equally long. So a message may be longer than its limit by a block, or by one large entry.
struct EntrySizes: Hashable, Sendable {
    struct Block: Hashable, Sendable {
        let first: LogIndex
        var last: LogIndex
        var byteCount: Int

        var entryCount: Int { last.distance(from: first) + 1 }
        /// The bytes of one entry, at least one so that entries without bytes count as well.
        var average: Int { max(1, (byteCount + entryCount - 1) / entryCount) }
    }

    static let blockBytes = 64 << 10

    /// In log order, without gaps.
    private(set) var blocks: [Block] = []

    mutating func append(_ indexes: ClosedRange<LogIndex>, byteCount: Int) {
        if let last = blocks.last, last.byteCount + byteCount <= Self.blockBytes {
            blocks[blocks.count - 1].last = indexes.upperBound
            blocks[blocks.count - 1].byteCount += byteCount
        } else {
            let block = Block(
                first: indexes.lowerBound, last: indexes.upperBound, byteCount: byteCount)
            blocks.append(block)
        }
    }

    mutating func truncate(from index: LogIndex) {
        while let last = blocks.last, last.first >= index { blocks.removeLast() }
        guard let last = blocks.last, last.last >= index else { return }
        let cut = last.average * last.last.distance(from: index.predecessor)
        blocks[blocks.count - 1].byteCount = max(0, last.byteCount - cut)
        blocks[blocks.count - 1].last = index.predecessor
    }

    /// Forgets whole blocks; a block that is cut keeps its bytes.
    mutating func compact(through index: LogIndex) {
        let count = blocks.prefix { $0.last <= index }.count
        blocks.removeFirst(count)
    }

    mutating func removeAll() { blocks.removeAll() }

    /// The last entry of a message that begins at an index: at least that one, and as many as the
    /// limits allow.
    func lastIndex(
        from first: LogIndex, through end: LogIndex, countMaximum: Int, byteMaximum: Int
    ) -> LogIndex {
        let limit = min(end, first.advanced(by: countMaximum - 1))
        var last = first.predecessor
        var byteCount = 0
        for block in blocks[place(of: first)...] where last < limit {
            let room = max(0, byteMaximum - byteCount) / block.average
            let reached = min(block.last, limit, last.advanced(by: room))
            byteCount += block.average * reached.distance(from: last)
            last = reached
            guard reached == block.last else { break }
        }
        return max(first, last)
    }

    /// About how many bytes the entries of a range have.
    func byteCount(of indexes: ClosedRange<LogIndex>) -> Int {
        var sum = 0
        for block in blocks[place(of: indexes.lowerBound)...] {
            guard block.first <= indexes.upperBound else { break }
            let first = max(block.first, indexes.lowerBound)
            let last = min(block.last, indexes.upperBound)
            sum += block.average * (last.distance(from: first) + 1)
        }
        return sum
    }

    /// The block that holds an index, by halving.
    private func place(of index: LogIndex) -> Int {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].last < index { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
