import Khepri

/// The text format of Prometheus, version 0.0.4.
struct MetricsText {
    private(set) var lines = ""

    /// Begins a metric; its samples follow.
    mutating func begin(_ name: String, _ kind: StatisticsMetric.Kind, _ help: String) {
        lines += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a sample; no label holds a quote, a backslash or a line break.
    mutating func add(_ name: String, _ labels: [(name: String, value: String)], _ value: Double) {
        let text = labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
        let number = Int(exactly: value).map(String.init) ?? "\(value)"
        lines += name + (text.isEmpty ? "" : "{\(text)}") + " \(number)\n"
    }
}
