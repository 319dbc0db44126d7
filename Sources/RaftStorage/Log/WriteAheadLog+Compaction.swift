package import RaftCore
import RaftRuntime

extension WriteAheadLog {
    package func compact(_ group: GroupID, through index: LogIndex) throws {
        try throwIfPoisoned()
        // Of a group that was deleted nothing is needed.
        guard let head = heads[group] else { return try removeUnneededFiles() }
        guard let snapshot = head.snapshot else { return }
        let firstLive = min(index, snapshot.index).successor
        guard firstLive > head.firstLive else { return }
        heads[group]?.firstLive = firstLive
        indexes[group]?.drop(before: firstLive.rawValue)
        try removeUnneededFiles()
        try carryForward()
    }

    /// The oldest file with an entry that some group needs.
    var oldestNeededFile: UInt64 {
        indexes.values.reduce(.max) { min($0, $1.oldestFile ?? .max) }
    }

    /// Removes the oldest files as long as no group needs an entry of them.
    ///
    /// All else of a file is in the group table of the next one.
    func removeUnneededFiles() throws {
        let needed = min(oldestNeededFile, current.header.sequence)
        while let oldest = segments.first, oldest.sequence < needed {
            if openReader?.sequence == oldest.sequence { openReader = nil }
            segments.removeFirst()
            pool.wantedBytes = wantedSegmentBytes
            try poisoning { try removeOrRecycle(oldest) }
        }
    }

    private func removeOrRecycle(_ segment: SegmentInfo) throws {
        let path = pool.path(.segment(segment.sequence))
        hasUnsynchronizedNames = true
        let isWanted =
            pool.count < SegmentPool.wantedCount && segment.bytes == pool.wantedBytes
        guard isWanted else { return try disk.remove(path) }
        let name = LogFileName.spare(pool.reserveNumber())
        try disk.rename(path, to: pool.path(name))
        pool.add(SegmentPool.Spare(name: name.text, bytes: segment.bytes))
    }
}
