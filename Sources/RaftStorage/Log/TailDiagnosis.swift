/// Tells a batch that a crash tore from damage of what had been durable.
///
/// One flush is under way at a time: batch `n + 1` is written only when batch `n` is durable. So,
/// for the first batch `n` of the newest file that is not whole:
///
/// * a valid trailer of a later batch proves that `n` was durable: **corrupt**;
/// * without a valid trailer of `n` it was never acknowledged: **torn**, unless all of it is there
///   and one bit of the trailer is wrong, which no crash does: **corrupt**;
/// * with a valid trailer of `n`, a power cut may have kept the trailer's sector and lost another
///   one. What is there instead is then what was on the disk before. A record that differs from
///   its checksum in one bit was written and has rotted: **corrupt**. Else **torn**.
///
/// A log that is closed, and one that is opened, ends with an empty batch, which proves all before
/// it durable; only the last batch before a crash is ever judged by the third rule.
struct TailDiagnosis {
    enum Verdict: Hashable {
        case torn
        case corrupt(offset: Int, reason: String)
    }

    let bytes: UnsafeRawBufferPointer
    let codec: RecordCodec
    /// Where the batch begins that is not whole.
    let start: Int
    let sequence: UInt64
    /// The first thing in it that is not as it should be.
    let badOffset: Int

    init(after scanner: BatchScanner) {
        bytes = scanner.bytes
        codec = scanner.codec
        start = scanner.offset
        sequence = scanner.sequence
        badOffset = scanner.badOffset ?? scanner.offset
    }

    func verdict() -> Verdict {
        var ownTrailer: Int?
        for place in trailerCandidates() {
            guard let record = codec.record(at: place, in: bytes),
                let trailer = BatchTrailer(record)
            else { continue }
            if trailer.sequence > sequence {
                return .corrupt(
                    offset: badOffset,
                    reason: "batch \(sequence) is damaged and batch \(trailer.sequence) follows")
            }
            if trailer.sequence == sequence && trailer.firstOffset == UInt64(start) {
                ownTrailer = place
            }
        }
        let limit = ownTrailer ?? badOffset + BatchTrailer.byteCount
        guard hasRotted(at: badOffset, limit: limit, isTrailer: ownTrailer == nil) else {
            return .torn
        }
        return .corrupt(offset: badOffset, reason: "a bit of batch \(sequence) has changed")
    }

    /// Offsets that look like the beginning of a trailer.
    private func trailerCandidates() -> [Int] {
        guard let base = bytes.baseAddress else { return [] }
        var candidates: [Int] = []
        let payloadLength = UInt32(BatchTrailer.payloadBytes)
        var place = badOffset
        let last = bytes.count - BatchTrailer.byteCount
        while place <= last {
            let length: UInt32 = base.littleEndian(at: place + 4)
            let kind = base.load(fromByteOffset: place + 8, as: UInt8.self)
            if length == payloadLength && kind == RecordKind.batchEnd.rawValue {
                candidates.append(place)
            }
            place += 8
        }
        return candidates
    }

    /// Whether a record that begins at a place is whole but for one bit.
    ///
    /// Its length may be what is wrong, so its end is found by what follows: valid records up to
    /// the trailer at `limit`; a trailer itself has a known size.
    private func hasRotted(at place: Int, limit: Int, isTrailer: Bool) -> Bool {
        guard limit <= bytes.count, place + RecordHeader.byteCount <= limit else { return false }
        if isTrailer { return isOneBitAway(place..<limit) }
        var end = place + RecordHeader.byteCount
        while end <= limit {
            if isChain(from: end, to: limit) { return isOneBitAway(place..<end) }
            end += 8
        }
        return false
    }

    private func isChain(from place: Int, to limit: Int) -> Bool {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<limit])
        var place = place
        while place < limit {
            guard looksLikeRecord(at: place, in: bytes),
                let record = codec.record(at: place, in: bytes)
            else { return false }
            place += record.byteCount
        }
        return true
    }

    /// A cheap test that spares the checksum of nearly all places where no record begins.
    private func looksLikeRecord(at place: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, place + RecordHeader.byteCount <= bytes.count else {
            return false
        }
        let header = RecordHeader(reading: base + place)
        return RecordKind(rawValue: header.kind) != nil
            && header.version == RecordHeader.currentVersion
    }

    private func isOneBitAway(_ range: Range<Int>) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        let stored: UInt32 = base.littleEndian(at: range.lowerBound)
        let covered = UnsafeRawBufferPointer(
            rebasing: bytes[range.lowerBound + 4..<range.upperBound])
        let difference = stored ^ codec.checksum(of: covered)
        if difference.nonzeroBitCount == 1 { return true }
        guard let place = CRC32C.flippedBytePlace(difference, byteCount: covered.count) else {
            return false
        }
        return !isZeroSector(around: range.lowerBound + 4 + place)
    }

    /// Whether the sector of an offset is all zero, as one is that was prepared and never written.
    private func isZeroSector(around offset: Int) -> Bool {
        let first = offset & ~511
        return bytes[first..<min(first + 512, bytes.count)].allSatisfy { $0 == 0 }
    }
}
