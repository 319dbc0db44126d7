import TestSupport
import Testing

@testable import RaftCore

/// Every order of events in groups so small that all of them can be tried.
@Suite("Every order of events in small groups")
struct ExhaustiveTests {
    private static let worldsMaximum = 6_000 * TestRuns.scale

    @Test(arguments: SmallWorld.Shape.all)
    func `no order of events breaks a promise`(shape: SmallWorld.Shape) throws {
        let search = try SmallWorldSearch(
            from: shape.world(), worldsMaximum: Self.worldsMaximum)
        print(
            "\(shape): \(search.worlds) worlds, \(search.depth) events deep",
            search.isComplete ? "and no more" : "")
        #expect(search.finding == nil, "\(String(describing: search.finding))")
        #expect(search.isComplete || search.worlds == Self.worldsMaximum)
    }
}
