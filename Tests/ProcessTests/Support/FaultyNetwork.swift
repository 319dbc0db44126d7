import Foundation

/// The network of `Scripts/run-processes`: a namespace for each host, and a bridge that drops what it is
/// told to drop.
///
/// This process stands on the bridge itself. Cuts are between hosts, so clients reach all of them.
enum FaultyNetwork {
    /// Whether this process is in that network.
    static var isThere: Bool {
        ProcessInfo.processInfo.environment["KHEPRI_PROCESSES"] == "inside"
    }

    /// What clients and other members call a host.
    static func address(of host: Int) -> String { "10.77.0.\(host)" }

    /// What runs a program on a host.
    static func words(on host: Int) -> [String] { ["nsenter", "--net=/run/netns/n\(host)"] }

    /// Nothing that a host sends reaches another one any more.
    static func cut(from source: Int, to target: Int) async throws {
        try await Tool.run(
            "nft", "add", "rule", "bridge", "faults", "forward", "iifname", "p\(source)", "oifname",
            "p\(target)", "drop")
    }

    /// Nothing that a host sends reaches any other one any more.
    static func mute(_ host: Int) async throws {
        try await Tool.run(
            "nft", "add", "rule", "bridge", "faults", "forward", "iifname", "p\(host)", "drop")
    }

    /// Nothing reaches a host from another one any more.
    static func deafen(_ host: Int) async throws {
        try await Tool.run(
            "nft", "add", "rule", "bridge", "faults", "forward", "oifname", "p\(host)", "drop")
    }

    /// A host and the others are parted.
    static func isolate(_ host: Int) async throws {
        try await mute(host)
        try await deafen(host)
    }

    /// Of what hosts send to each other, so many packets of a hundred are lost.
    static func lose(percent: Int) async throws {
        try await Tool.run(
            "nft", "add", "rule", "bridge", "faults", "forward", "numgen", "random", "mod", "100",
            "<", "\(percent)", "drop")
    }

    /// Nothing is dropped any more.
    static func heal() async throws {
        try await Tool.run("nft", "flush", "chain", "bridge", "faults", "forward")
    }
}
