/// Every configuration that may still come into force again, oldest first.
///
/// The configuration in force is always derived from the list: when a truncation removes an entry,
/// the one before it is in force again without any repair (Ra 82e5ca2f, canonical/raft #250).
struct ConfigurationHistory: Hashable, Sendable {
    /// A configuration with the index of its entry, or of the snapshot that contains it.
    struct Element: Hashable, Sendable {
        let index: LogIndex
        let configuration: Configuration
    }

    /// In ascending order of index; never empty.
    private(set) var elements: [Element]

    /// Starts from what a snapshot says, or from the empty configuration at index zero.
    init(base: Configuration = .empty, at index: LogIndex = .zero) {
        elements = [Element(index: index, configuration: base)]
    }

    /// The configuration in force: that of the last entry, committed or not (thesis §4.1).
    var current: Configuration { elements[elements.count - 1].configuration }

    /// Where the configuration in force comes from.
    var currentIndex: LogIndex { elements[elements.count - 1].index }

    /// The configuration before the one in force; nil if that is forgotten.
    var previous: Configuration? {
        elements.count > 1 ? elements[elements.count - 2].configuration : nil
    }

    /// The configuration that was in force when the log ended at an index.
    ///
    /// - Precondition: The index is not below the oldest configuration kept.
    func configuration(at index: LogIndex) -> Configuration {
        guard let element = elements.last(where: { $0.index <= index }) else {
            preconditionFailure("no configuration is known at or before \(index)")
        }
        return element.configuration
    }

    mutating func append(_ configuration: Configuration, at index: LogIndex) {
        precondition(index > currentIndex, "configurations must be added in log order")
        elements.append(Element(index: index, configuration: configuration))
    }

    /// Forgets the configurations of entries at and after an index.
    mutating func truncate(from index: LogIndex) {
        precondition(index > elements[0].index, "the base configuration cannot be truncated")
        elements.removeAll { $0.index >= index }
    }

    /// Forgets what was replaced at or before an index.
    mutating func compact(through index: LogIndex) {
        guard let keep = elements.lastIndex(where: { $0.index <= index }) else { return }
        elements.removeFirst(keep)
    }
}
