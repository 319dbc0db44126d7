import Foundation
import MetricsTestKit
import RaftRuntime
import RaftStorage
import Testing

@testable import Khepri

@Suite("Metrics")
struct MetricsTests {
    @Test func `every number reaches the metrics system under its name`() async throws {
        try await withTemporaryDirectory { directory in
            let metrics = TestMetrics()
            var environment = HostEnvironment()
            environment.metrics = metrics
            let host = try await StoreHost.open(
                at: directory + "/store", configuration: .init(), environment: environment)
            let store = try await host.store()
            for number in 1...20 { try await store.put(number, at: "/\(number)") }
            #expect(store.statistics.isLeader)
            try await host.close()
            let statistics = store.statistics

            for metric in StatisticsMetric.ofStores {
                let value = try value(of: metric, [("store", "default")], in: metrics)
                guard metric.isSteady else { continue }
                #expect(value == metric.value(statistics), "\(metric.name)")
            }
            for metric in StatisticsMetric.ofHosts { _ = try value(of: metric, [], in: metrics) }
            #expect(statistics.nodeCount == 21)
            #expect(statistics.appliedCommandCount == 20)
        }
    }

    @Test func `stores of one host are told apart`() async throws {
        try await withTemporaryDirectory { directory in
            let metrics = TestMetrics()
            var environment = HostEnvironment()
            environment.metrics = metrics
            let host = try await StoreHost.open(
                at: directory + "/store", configuration: .init(), environment: environment)
            try await host.store("a").put(1, at: "/x")
            try await host.store("b").put("four", at: "/y/z")
            try await host.close()
            let nodes = try #require(StatisticsMetric.ofStores.first { $0.name == "khepri_nodes" })
            #expect(try value(of: nodes, [("store", "a")], in: metrics) == 2)
            #expect(try value(of: nodes, [("store", "b")], in: metrics) == 3)
        }
    }

    @Test func `the article lists every metric, and no other`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Khepri/Documentation.docc/Observability.md")
        let article = try String(contentsOf: file, encoding: .utf8)
        let listed = article.split(separator: "\n").filter { $0.hasPrefix("| `khepri_") }
        let metrics = StatisticsMetric.ofStores + StatisticsMetric.ofHosts
        let expected = metrics.map { "| `\($0.name)` | \($0.kind.rawValue) | \($0.help) |" }
        #expect(listed.map(String.init) == expected)
    }

    /// The last value that was told, or the sum of what was counted.
    private func value(
        of metric: StatisticsMetric, _ dimensions: [(String, String)], in metrics: TestMetrics
    ) throws -> Double {
        switch metric.kind {
        case .gauge:
            let gauge = try metrics.expectGauge(metric.name, dimensions)
            return try #require(gauge.lastValue, "\(metric.name)")
        case .counter:
            let counter = try metrics.expectCounter(metric.name, dimensions)
            return Double(counter.totalValue)
        }
    }
}

extension StatisticsMetric {
    /// Whether an orderly end of the host leaves it as it was.
    fileprivate var isSteady: Bool {
        !["khepri_snapshot_age_seconds", "khepri_leader"].contains(name)
    }
}
