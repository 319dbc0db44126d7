// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in Swift 6 mode with these checks; see docs/ARCHITECTURE.md.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "khepri-swift",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "CBOR", targets: ["CBOR"])
    ],
    targets: [
        // Pure: no clock, no randomness, no file, no lock, nothing from Foundation.
        .target(name: "CBOR", swiftSettings: settings),
        .target(name: "KhepriTree", dependencies: ["CBOR"], swiftSettings: settings),
        .target(name: "RaftCore", dependencies: ["CBOR"], swiftSettings: settings),

        // Adapters point inwards.
        .target(name: "RaftRuntime", dependencies: ["RaftCore"], swiftSettings: settings),
        .target(
            name: "RaftStorage",
            dependencies: ["RaftCore", "RaftRuntime", "CBOR"],
            swiftSettings: settings),

        .testTarget(name: "CBORTests", dependencies: ["CBOR"], swiftSettings: settings),
        .testTarget(
            name: "KhepriTreeTests",
            dependencies: ["KhepriTree", "CBOR"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
