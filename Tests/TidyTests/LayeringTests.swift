import Testing

/// Imports go down the picture of docs/ARCHITECTURE.md only.
@Suite("Layering") struct LayeringTests {
    /// What each target may import.
    ///
    /// The pure ones import nothing from outside the package.
    static let allowed: [(target: String, modules: Set<String>)] = [
        ("CBOR", []),
        ("KhepriTree", ["CBOR"]),
        ("RaftCore", ["CBOR"]),
        ("RaftRuntime", ["RaftCore", "CBOR"] + platform),
        ("RaftStorage", ["RaftCore", "RaftRuntime", "CBOR"] + platform),
        (
            "Raft",
            [
                "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport", "CBOR", "NIOPosix",
                "Logging",
            ]
        ),
        (
            "RaftTransport",
            [
                "RaftCore", "RaftRuntime", "RaftStorage", "CBOR", "NIOCore", "NIOEmbedded",
                "NIOPosix", "NIOSSL",
                "NIOTLS", "Logging",
            ]
        ),
        (
            "KhepriCluster",
            [
                "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport", "Khepri", "Logging",
                "NIOCore", "NIOPosix",
            ]
        ),
        (
            "Khepri",
            [
                "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "Logging",
                "Metrics", "ServiceLifecycle", "Foundation", "FoundationEssentials",
            ] + platform
        ),
        (
            "SimulationKit",
            ["RaftCore", "RaftRuntime", "RaftStorage", "KhepriTree", "Khepri", "Logging"]
                + platform
        ),
        (
            "KhepriServer",
            [
                "CBOR", "KhepriTree", "Khepri", "Hummingbird", "HummingbirdCore", "HTTPTypes",
                "Logging", "NIOCore", "NIOSSL", "ServiceLifecycle",
            ] + platform
        ),
        (
            "KhepriCLI",
            [
                "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "RaftTransport",
                "Khepri", "KhepriCluster", "KhepriServer", "ArgumentParser", "CDispatch", "Crypto",
                "Foundation", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOTLS",
                "ServiceLifecycle", "SwiftASN1", "UnixSignals", "X509",
            ] + platform
        ),
        ("KhepriCommand", ["KhepriCLI"]),
        ("Simulate", ["SimulationKit", "Foundation"]),
    ]

    static let platform: Set<String> = ["Glibc", "Musl", "Darwin", "Synchronization"]

    @Test func `every import goes down the picture`() {
        let files = SourceFile.all(under: ["Sources"])
        #expect(!files.isEmpty)
        for file in files {
            for violation in Self.violations(in: file) {
                Issue.record("\(file.path): \(violation)")
            }
        }
    }

    @Test(arguments: [
        "import Foundation", "public import Glibc", "@_exported public import CBOR",
        "@testable import CBOR", "import struct Foundation.Date", "fileprivate import Logging",
        "@preconcurrency import Glibc", "#if A; import Darwin", "let x = [String: Int]()",
        "func read() async", "let a = await b", "Task { run() }", "let n = Int.random(in: 0..<9)",
        "list.shuffle()", "let c = ContinuousClock()", "print(1)",
    ])
    func `a planted violation is found`(line: String) {
        let file = SourceFile(path: "Sources/KhepriTree/Planted.swift", text: line + "\n")
        #expect(Self.violations(in: file).count == 1)
    }

    @Test func `an unknown target is a violation`() {
        let file = SourceFile(path: "Sources/Misc/Planted.swift", text: "")
        #expect(Self.violations(in: file).count == 1)
    }

    @Test func `words in comments and strings are no imports`() {
        let text = "// import Foundation\nlet a = \"\"\"\nimport Glibc\n\"\"\"\n"
        #expect(Self.violations(in: SourceFile(path: "Sources/CBOR/X.swift", text: text)).isEmpty)
    }

    @Test func `no two targets differ in case only`() {
        let names = Self.allowed.map { $0.target.lowercased() }
        #expect(Set(names).count == names.count)
        let folders = Set(
            SourceFile.files(under: ["Sources"]).compactMap { path in
                path.split(separator: "/").dropFirst().first.map(String.init)
            })
        #expect(folders == Set(Self.allowed.map(\.target)))
    }

    static func violations(in file: SourceFile) -> [String] {
        let target = String(file.path.split(separator: "/")[1])
        guard let rule = allowed.first(where: { $0.target == target }) else {
            return ["target \(target) is not in the import table"]
        }
        return file.code.compactMap { line in
            if let module = importedModule(line) {
                let isInvisible =
                    line.contains("@testable")
                    || line.contains("@_exported") && !reexports.contains([target, module])
                return isInvisible || !rule.modules.contains(module) ? "imports \(module)" : nil
            }
            guard pure.contains(target) else { return nil }
            if target != "RaftCore", line.contains("[String:") {
                return "compares text as String: \(line)"
            }
            return isPure(line) ? nil : "is not pure: \(line)"
        }
    }

    /// The targets without clock, randomness, I/O and concurrency.
    private static let pure: Set<String> = ["CBOR", "KhepriTree", "RaftCore"]

    /// Who may hand a module on to its own users.
    private static let reexports: Set<[String]> = [
        ["Khepri", "KhepriTree"], ["Raft", "RaftCore"],
    ]

    /// Whether a line does without what has no import of its own.
    private static func isPure(_ line: String) -> Bool {
        let words: Set<Substring> = [
            "async", "await", "Task", "actor", "ContinuousClock", "SuspendingClock",
            "SystemRandomNumberGenerator", "print", "debugPrint", "readLine",
        ]
        let calls = [".random(", ".shuffle", ".randomElement("]
        let hasWord = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            .contains(where: words.contains)
        return !hasWord && !calls.contains { line.contains($0) }
    }

    /// The module an import line names, whatever attributes and access levels it carries.
    private static func importedModule(_ line: String) -> String? {
        let words = line.split(whereSeparator: { " \t;".contains($0) }).map(String.init)
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
            words.first?.hasPrefix("#") == true
                || words[..<position].allSatisfy({
                    $0.hasPrefix("@") || accessLevels.contains($0)
                })
        else { return nil }
        let kinds: Set<String> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
        ]
        let name = kinds.contains(words[position + 1]) ? words[position + 2] : words[position + 1]
        return name.split(separator: ".").first.map(String.init)
    }

    private static let accessLevels: Set<String> = [
        "public", "package", "internal", "fileprivate", "private",
    ]
}

extension Set {
    fileprivate static func + (lhs: Set, rhs: Set) -> Set { lhs.union(rhs) }
}
