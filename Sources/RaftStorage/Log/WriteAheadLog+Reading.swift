package import RaftCore
package import RaftRuntime

extension WriteAheadLog {
    package func entries(
        of group: GroupID, from first: LogIndex, byteLimit: Int
    ) throws -> [LogEntry] {
        guard let head = heads[group], let index = indexes[group] else { return [] }
        var entries: [LogEntry] = []
        var wanted = first.rawValue
        var rest = byteLimit
        while let run = index.run(holding: wanted), rest > 0 || entries.isEmpty {
            let reader = try reader(of: run.file)
            let count = entries.count
            try reader.read(
                run, from: wanted, reference: head.reference, byteLimit: &rest, into: &entries)
            wanted += UInt64(entries.count - count)
        }
        return entries
    }

    private func reader(of sequence: UInt64) throws -> SegmentReader {
        if let openReader, openReader.sequence == sequence { return openReader }
        let path = pool.path(.segment(sequence))
        let reader = try SegmentReader(opening: path, on: disk, sequence: sequence)
        openReader = reader
        return reader
    }
}
