/// Files ready to become segments: written through once, so that a flush of a record changes no
/// metadata, and at least one kept for when the disk is full.
struct SegmentPool {
    /// A ready file.
    struct Spare: Hashable {
        let name: String
        let bytes: UInt64
    }

    /// The number of files kept ready: the next segment and the reserve.
    static let wantedCount = 2
    /// The size of the first segments, and of the ones made in a hurry.
    static let smallestBytes: UInt64 = 1 << 20
    private static let fillBytes = 1 << 20

    let disk: any Disk
    let directory: String
    private(set) var spares: [Spare] = []
    private var nextNumber: UInt64 = 1

    init(disk: any Disk, directory: String) {
        self.disk = disk
        self.directory = directory
    }

    /// The bytes of all spares.
    var bytes: UInt64 { spares.reduce(0) { $0 + $1.bytes } }

    /// Takes over a spare found when the directory was opened.
    mutating func adopt(number: UInt64, bytes: UInt64) {
        spares.append(Spare(name: LogFileName.spare(number).text, bytes: bytes))
        nextNumber = max(nextNumber, number + 1)
    }

    /// A number for a spare to be made.
    mutating func reserveNumber() -> UInt64 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// Adds a spare that is made.
    mutating func add(_ spare: Spare) {
        spares.append(spare)
    }

    /// Removes and returns a spare of a size at least, leaving some others.
    mutating func take(minimumBytes: UInt64, leaving count: Int) -> Spare? {
        guard spares.count > count,
            let place = spares.indices.filter({ spares[$0].bytes >= minimumBytes })
                .max(by: { spares[$0].bytes < spares[$1].bytes })
        else { return nil }
        return spares.remove(at: place)
    }

    /// Makes a file of zeros under a temporary name, flushes and renames it.
    ///
    /// Changes nothing in the pool, so another thread may do it meanwhile.
    func make(number: UInt64, bytes: UInt64) throws -> Spare {
        let temporary = path(LogFileName.unfinished(number).text)
        let file = try disk.open(temporary, .create)
        do {
            try fill(file, bytes: bytes)
            try file.flush()
        } catch {
            try? file.close()
            try? disk.remove(temporary)
            throw error
        }
        try file.close()
        let name = LogFileName.spare(number).text
        try disk.rename(temporary, to: path(name))
        return Spare(name: name, bytes: bytes)
    }

    func path(_ name: String) -> String { directory + "/" + name }

    private func fill(_ file: any DiskFile, bytes: UInt64) throws {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(min(bytes, UInt64(Self.fillBytes))), alignment: 4096)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var offset: UInt64 = 0
        while offset < bytes {
            let count = Int(min(UInt64(zeros.count), bytes - offset))
            let piece = UnsafeRawBufferPointer(rebasing: zeros[..<count])
            try file.writeAll(piece, at: offset)
            offset += UInt64(count)
        }
    }
}
