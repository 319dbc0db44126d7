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
            "Khepri",
            [
                "CBOR", "KhepriTree", "RaftCore", "RaftRuntime", "RaftStorage", "Logging",
                "Metrics", "ServiceLifecycle", "Foundation", "FoundationEssentials",
            ] + platform
        ),
        (
            "SimulationKit",
            ["RaftCore", "RaftRuntime", "RaftStorage", "KhepriTree", "Khepri"] + platform
        ),
        (
            "KhepriCLI",
            [
                "CBOR", "KhepriTree", "RaftRuntime", "RaftStorage", "Khepri", "ArgumentParser",
                "Foundation", "Logging",
            ] + platform
        ),
        ("KhepriCommand", ["KhepriCLI"]),
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
        "import Foundation", "public import Glibc", "@_exported public import Khepri",
        "@testable import KhepriTree", "import struct Foundation.Date", "let x = [String: Int]()",
    ])
    func `a planted violation is found`(line: String) {
        let file = SourceFile(path: "Sources/CBOR/Planted.swift", text: line + "\n")
        #expect(Self.violations(in: file).count == 1)
    }

    @Test func `words in comments and strings are no imports`() {
        let text = "// import Foundation\nlet a = \"\"\"\nimport Glibc\n\"\"\"\n"
        #expect(Self.violations(in: SourceFile(path: "Sources/CBOR/X.swift", text: text)).isEmpty)
    }

    static func violations(in file: SourceFile) -> [String] {
        let target = String(file.path.split(separator: "/")[1])
        guard let rule = allowed.first(where: { $0.target == target }) else {
            return ["target \(target) is not in the import table"]
        }
        let imports = file.code.compactMap(importedModule).filter { !rule.modules.contains($0) }
            .map { "imports \($0)" }
        let pure = ["CBOR", "KhepriTree"].contains(target)
        let tables = file.code.filter { pure && $0.contains("[String:") }
            .map { "compares text as String: \($0)" }
        let impure = ["CBOR", "KhepriTree", "RaftCore"].contains(target)
        let effects = file.code.filter {
            impure && ($0.contains(" async ") || $0.contains(".random("))
        }
        .map { "is not pure: \($0)" }
        return imports + tables + effects
    }

    /// The module an import line names, whatever attributes and access levels it carries.
    private static func importedModule(_ line: String) -> String? {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
            words[..<position].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains($0) })
        else { return nil }
        let kinds: Set<String> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
        ]
        let name = kinds.contains(words[position + 1]) ? words[position + 2] : words[position + 1]
        return name.split(separator: ".").first.map(String.init)
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "private"]
}

extension Set {
    fileprivate static func + (lhs: Set, rhs: Set) -> Set { lhs.union(rhs) }
}
