import Khepri
import KhepriTree

/// Transactions that read a counter and write it, by many tasks at once.
struct TransactionBench {
    let store: TreeStore
    let tasks: Int
    /// Whether all have one counter, and not each his own.
    let isContended: Bool

    /// All that is measured, with the names of the rows.
    static func all(
        _ store: TreeStore
    ) -> [(id: String, name: String, run: (Double) async throws -> Samples)] {
        let kinds = [
            (1, false), (16, true), (16, false), (64, true), (64, false), (100, true),
        ]
        return kinds.map { tasks, isContended in
            let bench = TransactionBench(store: store, tasks: tasks, isContended: isContended)
            let place = tasks == 1 ? "" : isContended ? ", one counter" : ", a counter each"
            let id = "transaction-\(tasks)" + (isContended ? "-contended" : "")
            return (id, "transaction, \(Counted(tasks, "task"))\(place)", bench.run(seconds:))
        }
    }

    func run(seconds: Double) async throws -> Samples {
        try await Callers.run(tasks, seconds: seconds) { [store, isContended] task in
            let path: TreePath = "/bench/counters/\(isContended ? "shared" : "\(task)")"
            return { _ in
                try await store.transaction { transaction in
                    let count = try transaction.get(path, as: Int.self) ?? 0
                    try transaction.put(count + 1, at: path)
                }
            }
        }
    }
}
