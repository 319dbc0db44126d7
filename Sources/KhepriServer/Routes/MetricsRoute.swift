import Hummingbird
import Khepri

/// `/metrics`: what is counted, in the text format of Prometheus.
struct MetricsRoute {
    let host: StoreHost
    let requests: RequestCounts

    func get() async throws -> Response {
        var text = MetricsText()
        var statistics: [(String, StoreStatistics)] = []
        for name in host.storeNames {
            statistics.append((name, try await host.store(name).statistics))
        }
        for metric in StatisticsMetric.ofStores {
            text.begin(metric.name, metric.kind, metric.help)
            for (store, statistics) in statistics {
                text.add(metric.name, [("store", store)], metric.value(statistics))
            }
        }
        if let host = statistics.first?.1 {
            for metric in StatisticsMetric.ofHosts {
                text.begin(metric.name, metric.kind, metric.help)
                text.add(metric.name, [], metric.value(host))
            }
        }
        let name = "khepri_http_responses_total"
        text.begin(name, .counter, "Responses by the class of their status.")
        for (status, count) in requests.byStatus {
            text.add(name, [("status", status)], Double(count))
        }
        return Response(text: text.lines, type: "text/plain; version=0.0.4")
    }
}
