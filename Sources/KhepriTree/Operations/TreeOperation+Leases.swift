extension TreeOperation {
    /// Whether a node is to be kept while a lease lives, which older versions cannot do.
    var namesLease: Bool {
        switch kind {
        case .put(let write), .putMany(let write), .create(let write), .update(let write),
            .compareAndSwap(_, let write):
            write.keepWhile?.nameLease ?? false
        case .clearPayload(let keepWhile), .clearManyPayloads(let keepWhile):
            keepWhile?.nameLease ?? false
        case .transaction(_, let operations):
            operations.contains(where: \.namesLease)
        case .delete, .deleteMany, .get, .getMany, .exists, .hasPayload, .count, .copy, .move,
            .abort, .abortIfError, .dump:
            false
        }
    }
}

extension [KeepWhileEntry] {
    fileprivate var nameLease: Bool {
        contains { if case .lease = $0.watched { true } else { false } }
    }
}

extension SessionID {
    /// The 32 digits.
    package var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// Reads 32 digits; nil for anything else.
    package init?(hexadecimal text: String) {
        guard text.utf8.count == 32, !text.utf8.contains(UInt8(ascii: "+")),
            !text.utf8.contains(UInt8(ascii: "-")), let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
