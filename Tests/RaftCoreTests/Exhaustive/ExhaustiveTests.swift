import Foundation
import Testing

@testable import RaftCore

/// Every order of events in groups so small that all of them can be tried; `KHEPRI_RUNS` times as many
/// worlds are looked at as by default.
@Suite("Every order of events in small groups")
struct ExhaustiveTests {
    private static let scale =
        ProcessInfo.processInfo.environment["KHEPRI_RUNS"].flatMap { Int($0) } ?? 1

    @Test(arguments: SmallWorld.Shape.all)
    func `no order of events breaks a promise`(shape: SmallWorld.Shape) throws {
        let search = try SmallWorldSearch(
            from: shape.world(), worldsMaximum: 6_000 * Self.scale)
        print(
            "\(shape): \(search.worlds) worlds, \(search.depth) events deep",
            search.isComplete ? "and no more" : "")
        #expect(search.finding == nil, "\(String(describing: search.finding))")
        #expect(search.isComplete || search.worlds == 6_000 * Self.scale)
    }
}
