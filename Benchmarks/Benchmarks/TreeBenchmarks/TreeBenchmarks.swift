import Benchmark
import KhepriTree

/// A shape's state, made when its first benchmark needs it and gone with its last.
private final class Loaded: @unchecked Sendable {
    // Unchecked: the benchmarks run one after the other.
    var machine = TreeMachine(history: SessionID(high: 1, low: 1))
    var revision = 0

    func load(_ shape: Shape) {
        machine = shape.makeMachine()
        revision = Shape.valueCount
    }

    func release() { machine = TreeMachine(history: SessionID(high: 1, low: 1)) }
}

private struct Benchmarks {
    let shape: Shape
    let loaded = Loaded()
    let metrics: [BenchmarkMetric] = [.wallClock, .instructions]

    /// Paths from all over the tree, in no order; made beforehand.
    private var scattered: [TreePath] {
        (0..<1000).map { shape.path($0 * 7919 * 131 % Shape.valueCount) }
    }

    private func hooks(_ scaling: BenchmarkScalingFactor) -> Benchmark.Configuration {
        .init(
            metrics: metrics, scalingFactor: scaling, setup: { loaded.load(shape) },
            teardown: { loaded.release() })
    }

    func register() {
        let paths = scattered
        Benchmark("Load 1 M nodes, \(shape.rawValue)", configuration: loading) { _ in
            blackHole(shape.makeMachine())
        }
        Benchmark("Point read, \(shape.rawValue)", configuration: hooks(.kilo)) { benchmark in
            let tree = loaded.machine.tree
            for number in benchmark.scaledIterations {
                blackHole(tree.withNode(at: paths[number]) { $0?.payloadVersion })
            }
        }
        Benchmark("Put, \(shape.rawValue)", configuration: hooks(.kilo)) { benchmark in
            for number in benchmark.scaledIterations {
                loaded.revision += 1
                loaded.machine.put(paths[number], revision: loaded.revision)
            }
        }
        Benchmark("Put after a copy, \(shape.rawValue)", configuration: hooks(.kilo)) { benchmark in
            for number in benchmark.scaledIterations {
                let copy = loaded.machine.tree
                loaded.revision += 1
                loaded.machine.put(paths[number], revision: loaded.revision)
                blackHole(copy)
            }
        }
        Benchmark("Pattern walk, \(shape.rawValue)", configuration: hooks(.one)) { _ in
            var count = 0
            loaded.machine.tree.forEachMatch(of: shape.pattern) { _, _ in
                count += 1
                return true
            }
            blackHole(count)
        }
        Benchmark("Walk of all, \(shape.rawValue)", configuration: hooks(.one)) { _ in
            var count = 0
            loaded.machine.tree.forEachMatch(of: "/**") { _, _ in
                count += 1
                return true
            }
            blackHole(count)
        }
    }

    private var loading: Benchmark.Configuration {
        .init(
            metrics: metrics + [.peakMemoryResident], warmupIterations: 0,
            maxDuration: .seconds(30), maxIterations: 3)
    }
}

let benchmarks: @Sendable () -> Void = {
    for shape in Shape.allCases { Benchmarks(shape: shape).register() }
}
