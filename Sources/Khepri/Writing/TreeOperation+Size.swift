package import KhepriTree

extension TreeOperation {
    /// The size of the largest payload it writes, encoded.
    package var payloadBytesMaximum: Int {
        switch kind {
        case .put(let write), .putMany(let write), .create(let write), .update(let write),
            .compareAndSwap(_, let write):
            write.payload?.bytes.count ?? 0
        case .transaction(_, let operations):
            operations.lazy.map(\.payloadBytesMaximum).max() ?? 0
        default: 0
        }
    }
}
