// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // The benchmarks look at parts that are no public API.
    .unsafeFlags(["-Xfrontend", "-disable-access-control"]),
]

func benchmark(_ name: String, _ products: [String]) -> Target {
    .executableTarget(
        name: name,
        dependencies: [.product(name: "Benchmark", package: "benchmark")]
            + products.map { .product(name: $0, package: "khepri-swift") },
        path: "Benchmarks/\(name)",
        swiftSettings: settings,
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

let package = Package(
    name: "khepri-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "khepri-swift", path: ".."),
        // Without traits it needs no jemalloc on the machine.
        .package(url: "https://github.com/ordo-one/benchmark.git", from: "1.38.0", traits: []),
    ],
    targets: [
        benchmark("CBORBenchmarks", ["CBOR"]),
        benchmark("TreeBenchmarks", ["Khepri"]),
        benchmark("LogBenchmarks", ["Raft"]),
    ],
    swiftLanguageModes: [.v6]
)
