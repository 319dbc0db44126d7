import RaftStorage

/// The bytes of a simulated file: as a reader sees them, and as a power cut would leave them.
struct SimulatedContent {
    static let sectorBytes = 512

    /// What a reader sees.
    private(set) var bytes: [UInt8] = []
    /// What is on the medium.
    private(set) var durable: [UInt8] = []
    /// Sectors written and not flushed.
    private var dirtySectors: Set<Int> = []
    /// Sectors whose flush failed: a reader sees them, the kernel takes them for flushed.
    private var lostSectors: Set<Int> = []

    /// The unflushed sectors, ascending.
    var unflushedSectors: [Int] { dirtySectors.sorted() }

    /// Whether the size was changed and not flushed.
    var hasUnflushedSize: Bool { bytes.count != durable.count }

    mutating func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
        let end = offset + source.count
        if end > bytes.count { resize(to: end) }
        bytes.withUnsafeMutableBytes { $0[offset..<end].copyBytes(from: source) }
        guard !source.isEmpty else { return }
        let sectors = offset / Self.sectorBytes...(end - 1) / Self.sectorBytes
        dirtySectors.formUnion(sectors)
        lostSectors.subtract(sectors)
    }

    mutating func resize(to size: Int) {
        if size < bytes.count {
            bytes.removeLast(bytes.count - size)
            dirtySectors = dirtySectors.filter { $0 * Self.sectorBytes < size }
        } else {
            bytes += [UInt8](repeating: 0, count: size - bytes.count)
        }
    }

    /// Brings everything to the medium that the kernel knows is not there.
    mutating func flush() {
        var flushed = bytes
        Self.copy(lostSectors, from: durable, to: &flushed)
        durable = flushed
        dirtySectors = []
    }

    /// What the kernels do after an error: the pages count as clean and reached nothing.
    mutating func dropUnflushed() {
        lostSectors.formUnion(dirtySectors)
        dirtySectors = []
    }

    /// Loses what is not on the medium, but for the sectors and the size that made it there.
    mutating func crash(keepingSectors kept: [Int], keepingSize: Bool) {
        var survivor = durable
        if keepingSize {
            if bytes.count < survivor.count { survivor.removeLast(survivor.count - bytes.count) }
            survivor += [UInt8](repeating: 0, count: bytes.count - survivor.count)
        }
        Self.copy(kept, from: bytes, to: &survivor)
        bytes = survivor
        durable = survivor
        dirtySectors = []
        lostSectors = []
    }

    /// Changes the medium behind everybody's back.
    mutating func replace(with content: [UInt8]) {
        self = SimulatedContent()
        bytes = content
        durable = content
    }

    /// Copies sectors, as far as both have them; what only the target has becomes zero.
    private static func copy(
        _ sectors: some Sequence<Int>, from source: [UInt8], to target: inout [UInt8]
    ) {
        for sector in sectors {
            let start = sector * sectorBytes
            let targetEnd = min(start + sectorBytes, target.count)
            guard start < targetEnd else { continue }
            let sourceEnd = max(start, min(targetEnd, source.count))
            target.withUnsafeMutableBytes { target in
                source.withUnsafeBytes { source in
                    if start < sourceEnd {
                        target[start..<sourceEnd].copyBytes(from: source[start..<sourceEnd])
                    }
                }
                for place in sourceEnd..<targetEnd { target[place] = 0 }
            }
        }
    }
}
