// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in Swift 6 mode with these checks; see docs/ARCHITECTURE.md.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    + (Context.environment["KHEPRI_WARNINGS_AS_ERRORS"] == nil
        ? [] : [.treatAllWarnings(as: .error)])
    // For tests in release builds, which look at parts that are internal.
    + (Context.environment["KHEPRI_TESTABLE"] == nil ? [] : [.unsafeFlags(["-enable-testing"])])
    // Only for the test of the tests: bugs on purpose, chosen at run time.
    + (Context.environment["KHEPRI_MUTANTS"] == nil ? [] : [.define("KHEPRI_MUTANTS")])

let package = Package(
    name: "khepri-swift",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Khepri", targets: ["Khepri"]),
        .library(name: "KhepriCluster", targets: ["KhepriCluster"]),
        .library(name: "KhepriServer", targets: ["KhepriServer"]),
        .library(name: "CBOR", targets: ["CBOR"]),
        .library(
            name: "Raft",
            targets: ["Raft", "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport"]),
        .executable(name: "khepri", targets: ["KhepriCommand"]),
        .executable(name: "khepri-simulate", targets: ["Simulate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.5.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.30.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.0.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.3.0"),
        // For `khepri certificates` and tests.
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.10.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "3.12.0"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.3.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin.git", from: "1.4.0"),
    ],
    targets: [
        // Pure: no clock, no randomness, no file, no lock, nothing from Foundation.
        .target(name: "CBOR", swiftSettings: settings),
        .target(name: "KhepriTree", dependencies: ["CBOR"], swiftSettings: settings),
        .target(name: "RaftCore", dependencies: ["CBOR"], swiftSettings: settings),

        // Adapters point inwards.
        .target(
            name: "RaftRuntime", dependencies: ["RaftCore", "CBOR"], swiftSettings: settings),
        .target(
            name: "RaftStorage",
            dependencies: ["RaftCore", "RaftRuntime", "CBOR"],
            swiftSettings: settings),
        .target(
            name: "RaftTransport",
            dependencies: [
                "RaftCore", "RaftRuntime", "RaftStorage", "CBOR",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),

        // What users import: for a state machine of their own, and the tree.
        .target(
            name: "Raft",
            dependencies: [
                "CBOR", "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(
            name: "Khepri",
            dependencies: [
                "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        // The same, replicated: brings swift-nio.
        .target(
            name: "KhepriCluster",
            dependencies: [
                "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport", "Khepri",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // The HTTP server.
        .target(
            name: "KhepriServer",
            dependencies: [
                "CBOR", "KhepriTree", "Khepri",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        // The program.
        .target(
            name: "KhepriCLI",
            dependencies: [
                "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport",
                "Khepri", "KhepriCluster", "KhepriServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "KhepriCommand", dependencies: ["KhepriCLI"], swiftSettings: settings),

        // A simulated world for tests, ours and those of users.
        .target(
            name: "SimulationKit",
            dependencies: [
                "RaftCore", "RaftRuntime", "RaftStorage", "Khepri",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Simulate", dependencies: ["SimulationKit"], swiftSettings: settings),

        // Seeds and random numbers of all tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "CBORTests", dependencies: ["CBOR", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "KhepriTreeTests", dependencies: ["KhepriTree", "CBOR", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "ConformanceTests", dependencies: ["KhepriTree", "CBOR", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "RaftCoreTests", dependencies: ["RaftCore", "CBOR", "TestSupport"],
            exclude: ["Transcripts"], swiftSettings: settings),
        .testTarget(
            name: "RaftRuntimeTests",
            dependencies: ["RaftRuntime", "RaftCore", "CBOR", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "RaftStorageTests",
            dependencies: [
                "RaftCore", "RaftRuntime", "RaftStorage", "SimulationKit", "TestSupport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RaftTransportTests",
            dependencies: [
                "RaftCore", "RaftRuntime", "RaftTransport", "CBOR", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RaftTests",
            dependencies: [
                "Raft", "TestSupport", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Khepri", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "SimulationKit",
                "Simulate", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "KhepriTests",
            dependencies: [
                "Khepri", "KhepriTree", "CBOR", "RaftCore", "RaftRuntime", "RaftStorage",
                "SimulationKit", "TestSupport",
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "KhepriClusterTests",
            dependencies: [
                "Khepri", "KhepriCluster", "KhepriTree",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "KhepriServerTests",
            dependencies: [
                "KhepriServer", "Khepri", "KhepriTree", "CBOR",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "KhepriCLITests",
            dependencies: [
                "KhepriCLI", "KhepriCommand", "Khepri", "KhepriCluster", "KhepriTree", "CBOR",
                "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "KhepriCLI", "CBOR", "SimulationKit", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FormatTests",
            dependencies: [
                "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "SimulationKit",
            ],
            swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// A build for some tests has no others; all of them take long to be built in release.
if let names = Context.environment["KHEPRI_TEST_TARGETS"] {
    let kept = names.split(separator: " ").map(String.init)
    package.targets.removeAll { $0.type == .test && !kept.contains($0.name) }
}

// The build with bugs on purpose has what looks for them, and nothing else.
if Context.environment["KHEPRI_MUTANTS"] != nil {
    let kept: Set = [
        "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "Khepri", "SimulationKit",
        "Simulate", "TestSupport", "RaftCoreTests",
    ]
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll { $0.name != "khepri-simulate" }
}
