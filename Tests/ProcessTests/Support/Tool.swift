import Foundation

/// Programs of the system: `nft`, `mount` and their like.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program to its end.
    ///
    /// - Throws: ``Failure`` with what it said, unless it ended with 0.
    static func run(_ words: String...) async throws { try await run(words) }

    /// The same.
    static func run(_ words: [String]) async throws {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        let code = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
        guard code != 0 else { return }
        let said = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        throw Failure(description: "\(words.joined(separator: " ")) ended with \(code): \(said)")
    }
}

/// Asks until there is an answer.
///
/// - Throws: `Tool.Failure` when there is none in time.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(20),
    _ body: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let value = try await body() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw Tool.Failure(description: "waited \(limit) in vain for \(what)")
}

extension Task where Success == Never, Failure == Never {
    /// Lets some time pass, while others work.
    static func pause(_ milliseconds: Int) async throws {
        try await sleep(for: .milliseconds(milliseconds))
    }
}
