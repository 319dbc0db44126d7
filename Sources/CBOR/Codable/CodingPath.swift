/// The last key of a coding path, linked to those before it.
final class CodingPath {
    private let parent: CodingPath?
    private let key: any CodingKey
    /// How many keys the path has, which is also how many containers are open.
    let count: Int

    init(_ parent: CodingPath?, _ key: any CodingKey) {
        self.parent = parent
        self.key = key
        count = parent.count + 1
    }

    fileprivate var keys: [any CodingKey] {
        parent.keys + [key]
    }
}

extension CodingPath? {
    /// The keys from the outermost on.
    var keys: [any CodingKey] {
        self?.keys ?? []
    }

    /// How many keys the path has.
    var count: Int {
        self?.count ?? 0
    }
}

/// The key of an array element or of a superclass.
struct PositionKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    /// The key under which a superclass is coded.
    static let `super` = PositionKey(stringValue: "super")

    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        self.init(index: intValue)
    }
}
