// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "retained-messages",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "khepri-swift", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.80.0"),
    ],
    targets: [
        .target(
            name: "RetainedMessages",
            dependencies: [
                .product(name: "Khepri", package: "khepri-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(name: "RetainedBridge", dependencies: ["RetainedMessages"]),
        .testTarget(
            name: "RetainedMessagesTests",
            dependencies: [
                "RetainedMessages",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
