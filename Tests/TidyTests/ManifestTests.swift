import Foundation
import Testing

/// What a package has to build that uses `Khepri` and nothing else.
@Suite("Manifest") struct ManifestTests {
    @Test func `a package that uses only Khepri builds no swift-nio`() throws {
        let manifest = try Self.manifest()
        #expect(Self.packages(behind: "Khepri", in: manifest).contains("swift-log"))
        #expect(!Self.packages(behind: "Khepri", in: manifest).contains("swift-nio"))
        #expect(!Self.packages(behind: "Simulate", in: manifest).contains("swift-nio"))
        #expect(Self.packages(behind: "RaftTransport", in: manifest).contains("swift-nio-ssl"))
    }

    @Test func `a planted way to swift-nio is found`() throws {
        let planted = try Self.manifest().replacing(
            "name: \"RaftStorage\",\n            dependencies: [",
            with: "name: \"RaftStorage\",\n            dependencies: [\"RaftTransport\", ")
        #expect(Self.packages(behind: "Khepri", in: planted).contains("swift-nio"))
    }

    private static func manifest() throws -> String {
        let file = SourceFile.root.appendingPathComponent("Package.swift")
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// The packages that a target needs, with those that its dependencies need.
    private static func packages(behind target: String, in manifest: String) -> Set<String> {
        let text = manifest.split(separator: "targets: [\n        //").last ?? ""
        var needs: [String: [String]] = [:]
        for part in text.split(separator: /\.(target|testTarget|executableTarget)\(/) {
            let names = part.matches(of: /(name: |package: )?"([^"]+)"/)
            guard let first = names.first else { continue }
            needs[String(first.output.2)] = names.dropFirst()
                .filter { $0.output.1 != "name: " }.map { String($0.output.2) }
        }
        var found: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            guard found.insert(next).inserted else { continue }
            open += needs[next] ?? []
        }
        return found
    }
}
