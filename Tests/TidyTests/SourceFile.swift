import Foundation

/// One Swift file of the package, with its text also without comments and string literals.
struct SourceFile {
    let path: String
    let lines: [String]
    /// The lines without comments, and with every string literal empty.
    let code: [String]

    /// The folder that holds Package.swift.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All Swift files under the given folders of the package, sorted by path.
    static func all(under folders: [String]) -> [SourceFile] {
        everything.filter { file in folders.contains { file.path.hasPrefix($0 + "/") } }
    }

    /// Read once, for all tests.
    private static let everything = files(under: ["Benchmarks", "Snippets", "Sources", "Tests"])
        .filter { $0.hasSuffix(".swift") }.map { SourceFile(path: $0) }

    /// All files under the given folders, as paths relative to the root, sorted.
    static func files(under folders: [String]) -> [String] {
        folders.flatMap { folder -> [String] in
            let base = root.appendingPathComponent(folder)
            let found = FileManager.default.enumerator(atPath: base.path)?.allObjects ?? []
            return found.compactMap { $0 as? String }
                .filter { !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
                .map { folder + "/" + $0 }
        }.sorted()
    }

    init(path: String) {
        let url = Self.root.appendingPathComponent(path)
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        self.init(path: path, text: text)
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = Self.stripped(text)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Removes comments and what stands between quotes, keeping the line structure.
    private static func stripped(_ text: String) -> String {
        var result: [UInt8] = []
        var state = State.code
        let bytes = Array(text.utf8)
        var index = 0
        func next(_ literal: StaticString) -> Bool {
            let end = index + literal.utf8CodeUnitCount
            guard end <= bytes.count else { return false }
            return literal.withUTF8Buffer { $0.elementsEqual(bytes[index..<end]) }
        }
        while index < bytes.count {
            let (newState, length) = state.advance(next: next, newline: bytes[index] == 10)
            if bytes[index] == 10 || (state == .code && newState == .code) {
                result.append(bytes[index])
            } else if state == .code, newState.isLiteral {
                result += [UInt8(ascii: "\""), UInt8(ascii: "\"")]
            }
            state = newState
            index += length
        }
        return String(decoding: result, as: UTF8.self)
    }

    private enum State: Equatable {
        case code, string, block, rawString, lineComment, blockComment

        var isLiteral: Bool { self == .string || self == .block || self == .rawString }

        /// The state after the next token, and the token's length in bytes.
        func advance(next: (StaticString) -> Bool, newline: Bool) -> (State, Int) {
            switch self {
            case .code:
                if next("//") { return (.lineComment, 2) }
                if next("/*") { return (.blockComment, 2) }
                if next("\"\"\"") { return (.block, 3) }
                if next("#\"") { return (.rawString, 2) }
                if next("\"") { return (.string, 1) }
            case .string:
                if next("\\") { return (.string, 2) }
                if next("\"") || newline { return (.code, 1) }
            case .block: if next("\"\"\"") { return (.code, 3) }
            case .rawString: if next("\"#") { return (.code, 2) }
            case .lineComment: if newline { return (.code, 1) }
            case .blockComment: if next("*/") { return (.code, 2) }
            }
            return (self, 1)
        }
    }
}
