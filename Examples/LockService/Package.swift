// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "lock-service",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "khepri-swift", path: "../..")],
    targets: [
        .target(
            name: "LockService", dependencies: [.product(name: "Raft", package: "khepri-swift")]),
        .executableTarget(name: "LockMember", dependencies: ["LockService"]),
        .executableTarget(name: "LockDemo", dependencies: ["LockService"]),
        .testTarget(name: "LockServiceTests", dependencies: ["LockService"]),
    ],
    swiftLanguageModes: [.v6]
)
