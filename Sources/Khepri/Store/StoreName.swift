/// What the names of stores, triggers and procedures are made of.
package enum StoreName {
    /// Refuses what cannot be the name of a store.
    package static func validate(_ name: String, as what: String = "store name") throws {
        let isAllowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isAllowed, (1...64).contains(name.utf8.count) else {
            throw StoreError(
                .invalidOperation,
                "expected a \(what) of 1 to 64 ASCII letters, digits, '-', '_' and '.', "
                    + "found \"\(name)\"")
        }
    }
}
