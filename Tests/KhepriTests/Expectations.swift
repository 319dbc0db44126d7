import Foundation
import Khepri
import Testing

/// Expects a ``StoreError`` of a code, and gives it.
@discardableResult
func expectError<Value>(
    _ code: StoreError.Code, location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async -> StoreError? {
    do {
        _ = try await body()
        Issue.record("expected \(code), nothing was thrown", sourceLocation: location)
    } catch let error as StoreError {
        if error.code != code {
            Issue.record("expected \(code), found \(error)", sourceLocation: location)
        }
        return error
    } catch {
        Issue.record("expected \(code), found \(error)", sourceLocation: location)
    }
    return nil
}

/// A directory that is there while `body` runs.
func withTemporaryDirectory<Value>(
    _ body: (String) async throws -> Value
) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("khepri-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(directory)
}
