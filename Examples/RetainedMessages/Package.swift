// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "retained-messages",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "khepri-swift", path: "../..")
    ],
    targets: [
        .target(
            name: "RetainedMessages",
            dependencies: [
                .product(name: "Khepri", package: "khepri-swift")
            ]),
        .testTarget(
            name: "RetainedMessagesTests",
            dependencies: ["RetainedMessages"]),
    ],
    swiftLanguageModes: [.v6]
)
