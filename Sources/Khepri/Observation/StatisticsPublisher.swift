import Metrics
import RaftRuntime

/// Tells the metrics system of the process how a host and its stores stand, whenever that has changed.
final class StatisticsPublisher: Sendable {
    private struct State {
        var stores: [(engine: StoreEngine, metrics: PublishedMetrics)] = []
        var host: PublishedMetrics?
    }

    private let state = Lock(State())
    private let environment: HostEnvironment
    /// What tells hosts of one process apart.
    private let dimensions: [(String, String)]

    init(_ environment: HostEnvironment) {
        self.environment = environment
        dimensions = environment.cluster.map { [("host", $0.name)] } ?? []
    }

    /// Begins to publish a store.
    func add(_ engine: StoreEngine) {
        let dimensions = dimensions + [("store", engine.name)]
        let factory = environment.metrics ?? MetricsSystem.factory
        // Nobody listens.
        guard !(factory is NOOPMetricsHandler) else { return }
        state.withLock { state in
            if state.host == nil {
                state.host = PublishedMetrics(StatisticsMetric.ofHosts, self.dimensions, factory)
            }
            state.stores.append(
                (engine, PublishedMetrics(StatisticsMetric.ofStores, dimensions, factory)))
        }
    }

    /// Publishes a store no longer.
    func remove(_ engine: StoreEngine) {
        state.withLock { state in state.stores.removeAll { $0.engine === engine } }
    }

    /// Called on the driver's thread, after rounds in which something was done.
    func publish(_ host: HostStatistics) {
        state.withLock { state in
            guard !state.stores.isEmpty else { return }
            let time = environment.wallClock.milliseconds()
            for index in state.stores.indices {
                let statistics = StoreStatistics(state.stores[index].engine, host, time: time)
                state.stores[index].metrics.publish(statistics)
                if index == 0 { state.host?.publish(statistics) }
            }
        }
    }
}

/// Metrics with what was told of each last.
private struct PublishedMetrics {
    private enum Handler {
        case gauge(Gauge)
        case counter(Counter)
    }

    private var metrics: [(source: StatisticsMetric, handler: Handler, last: Double?)]

    init(
        _ list: [StatisticsMetric], _ dimensions: [(String, String)],
        _ factory: any MetricsFactory
    ) {
        metrics = list.map { metric in
            let label = metric.name
            switch metric.kind {
            case .gauge:
                let gauge = Gauge(label: label, dimensions: dimensions, factory: factory)
                return (metric, .gauge(gauge), nil)
            case .counter:
                let counter = Counter(label: label, dimensions: dimensions, factory: factory)
                return (metric, .counter(counter), nil)
            }
        }
    }

    mutating func publish(_ statistics: StoreStatistics) {
        for index in metrics.indices {
            let value = metrics[index].source.value(statistics)
            let last = metrics[index].last
            guard value != last else { continue }
            switch metrics[index].handler {
            case .gauge(let gauge): gauge.record(value)
            case .counter(let counter): counter.increment(by: Int64(value - (last ?? 0)))
            }
            metrics[index].last = value
        }
    }
}
