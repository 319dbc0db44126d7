// The examples of the article on errors.

import Khepri

let store = try await TreeStore.inMemory()

do {
    try await store.put(150, at: "/stock/wood/oak", if: .absent)
} catch StoreError.Code.conditionFailed {
    print("somebody was faster")
} catch let error as StoreError where error.mayHaveBeenApplied {
    print("nobody knows: read before writing again")
}

do {
    try await store.batch { batch in
        try batch.put(149, at: "/stock/wood/oak")
        try batch.put(1, at: "/stock/wood/oak", if: .absent)
    }
} catch let error as StoreError {
    print(error)
}
try await store.close()
