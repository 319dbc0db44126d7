import Foundation
import Testing

/// Whoever reads the documentation of `Khepri` finds every public type in it.
@Suite("Public types") struct PublicTypeTests {
    @Test func `every public type has a page and stands on the landing page`() throws {
        let page = try Markdown(path: "Sources/Khepri/Documentation.docc/Khepri.md").text
        var typeCount = 0
        for file in SourceFile.all(under: ["Sources/Khepri"]) {
            for type in Self.publicTypes(of: file) {
                typeCount += 1
                if !type.isDocumented { Issue.record("\(file.path): \(type.name) says nothing") }
                if type.isNested { continue }
                #expect(page.contains("- ``\(type.name)``"), "the page does not list \(type.name)")
            }
        }
        #expect(typeCount > 10)
    }

    @Test func `every topic of the landing page is a public type or an article`() throws {
        let page = try Markdown(path: "Sources/Khepri/Documentation.docc/Khepri.md").text
        let types = SourceFile.all(under: ["Sources/Khepri"]).flatMap(Self.publicTypes)
        let names = Set(types.map(\.name))
        for match in page.matches(of: /- ``(\w+)``/) {
            #expect(names.contains(String(match.output.1)), "\(match.output.1) is no public type")
        }
    }

    @Test func `planted types are found`() {
        let text = """
            /// A type.
            public struct A {
                public enum B {}
            }
            @frozen public final class C {}
            struct D {}
            """
        let types = Self.publicTypes(of: SourceFile(path: "X.swift", text: text))
        #expect(types.map(\.name) == ["A", "B", "C"])
        #expect(types.map(\.isDocumented) == [true, false, false])
        #expect(types.map(\.isNested) == [false, true, false])
    }

    private struct PublicType {
        let name: String
        let isDocumented: Bool
        let isNested: Bool
    }

    private static func publicTypes(of file: SourceFile) -> [PublicType] {
        let pattern = /^(\s*)(?:@\w+ )*public (?:final |indirect )*(\w+) (\w+)/
        let keywords: Set<Substring> = [
            "struct", "class", "enum", "actor", "protocol", "typealias",
        ]
        return file.code.enumerated().compactMap { number, line in
            guard line.contains("public "), let match = line.firstMatch(of: pattern),
                keywords.contains(match.output.2)
            else { return nil }
            let above = number > 0 ? file.lines[number - 1] : ""
            return PublicType(
                name: String(match.output.3),
                isDocumented: above.trimmingCharacters(in: .whitespaces).hasPrefix("///"),
                isNested: !match.output.1.isEmpty)
        }
    }
}
