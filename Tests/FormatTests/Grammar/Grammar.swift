/// A grammar of data items: as much of CDDL (RFC 8610) as docs/FORMAT.md uses.
struct Grammar {
    /// What one data item may be.
    indirect enum ItemType {
        case choice([ItemType])
        case literal(DataItem)
        case range(ClosedRange<Int128>)
        case name(String)
        case array([Entry])
        case map([Entry])
        case control(String, ItemType, ItemType)
    }

    /// One line of an array, a map or a group.
    struct Entry {
        var minimum = 1
        var isRepeated = false
        /// What the key of a map must be; in an array it only explains.
        var key: ItemType?
        var content: Content
    }

    enum Content {
        case item(ItemType)
        case group([Entry])
    }

    var rules: [String: Content] = [:]
}

extension Grammar {
    /// Whether an item is what a rule says.
    func matches(_ item: DataItem, _ rule: String) -> Bool {
        matches(item, .name(rule))
    }

    private func matches(_ item: DataItem, _ type: ItemType) -> Bool {
        switch type {
        case .choice(let types): return types.contains { matches(item, $0) }
        case .literal(let literal): return item == literal
        case .range(let range):
            guard case .integer(let number) = item else { return false }
            return range.contains(number)
        case .name(let name): return matches(item, named: name)
        case .array(let entries):
            guard case .array(let items) = item else { return false }
            return matches(items.map { (nil, $0) }, entries)
        case .map(let entries):
            guard case .map(let pairs) = item else { return false }
            return matches(pairs.map { ($0.key, $0.value) }, entries)
        case .control(let control, let base, let argument):
            return matches(item, base) && meets(item, control, argument)
        }
    }

    private func matches(_ item: DataItem, named name: String) -> Bool {
        switch (name, item) {
        case ("any", _), ("null", .null), ("bool", .boolean), ("float", .float): true
        case ("tstr", .text), ("bstr", .bytes): true
        case ("uint", .integer(let number)): number >= 0
        case ("true", .boolean(let value)): value
        default:
            if case .item(let type) = rules[name] { matches(item, type) } else { false }
        }
    }

    private func meets(_ item: DataItem, _ control: String, _ argument: ItemType) -> Bool {
        switch (control, item) {
        case ("size", .bytes(let bytes)): return matches(.integer(Int128(bytes.count)), argument)
        case ("size", .text(let text)):
            return matches(.integer(Int128(text.utf8.count)), argument)
        case ("cbor", .bytes(let bytes)):
            guard let items = DataItem.sequence(bytes), items.count == 1 else { return false }
            return matches(items[0], argument)
        default: return false
        }
    }

    /// A part of an array, or of a map, whose keys stand in the order of the grammar.
    private typealias Part = (key: DataItem?, value: DataItem)

    private func matches(_ parts: [Part], _ entries: [Entry]) -> Bool {
        ends(of: entries, in: parts, from: [0]).contains(parts.count)
    }

    /// All places where the entries may end that begin at one of some places.
    private func ends(of entries: [Entry], in parts: [Part], from starts: Set<Int>) -> Set<Int> {
        entries.reduce(starts) { places, entry in
            var found = entry.minimum == 0 ? places : []
            var latest = places
            repeat {
                latest = Set(latest.flatMap { ends(of: entry, in: parts, from: $0) })
                    .subtracting(found)
                found.formUnion(latest)
            } while entry.isRepeated && !latest.isEmpty
            return found
        }
    }

    private func ends(of entry: Entry, in parts: [Part], from start: Int) -> Set<Int> {
        if let group = group(entry.content) { return ends(of: group, in: parts, from: [start]) }
        guard case .item(let type) = entry.content, start < parts.count else { return [] }
        if let key = parts[start].key {
            guard let keyType = entry.key, matches(key, keyType) else { return [] }
        }
        return matches(parts[start].value, type) ? [start + 1] : []
    }

    private func group(_ content: Content) -> [Entry]? {
        switch content {
        case .group(let entries): return entries
        case .item(.name(let name)):
            if case .group(let entries) = rules[name] { return entries }
            return nil
        default: return nil
        }
    }
}
