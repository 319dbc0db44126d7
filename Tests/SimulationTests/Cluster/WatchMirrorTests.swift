import Testing

@testable import SimulationKit

/// What a reader of changes can be told, and what it cannot.
@Suite("Mirror of a watch")
struct WatchMirrorTests {
    private static func image(_ content: Int, _ version: UInt64, _ revision: UInt64)
        -> WatchMirror.Image
    {
        .init(content: content, payloadVersion: version, modifiedRevision: revision)
    }

    private static func change(
        _ kind: WatchMirror.Change.Kind, _ path: String, at revision: UInt64, isLast: Bool = true,
        old: WatchMirror.Image? = nil, new: WatchMirror.Image? = nil
    ) -> WatchMirror.Change {
        .init(
            kind: kind, path: path, revision: revision,
            resumePoint: isLast ? revision : revision - 1, old: old, new: new)
    }

    private static let first = image(1, 1, 5)
    private static let second = image(2, 2, 7)
    private static let created = change(.created, "/a", at: 5, new: first)
    private static let updated = change(.updated, "/a", at: 7, old: first, new: second)
    private static let deleted = change(.deleted, "/a", at: 9, old: second)

    /// Why the last of some changes cannot come; nil if all can.
    private static func verdict(
        on changes: WatchMirror.Change..., of mirror: WatchMirror = WatchMirror()
    ) -> String? {
        var mirror = mirror
        for (number, change) in changes.enumerated() {
            do {
                _ = try mirror.take(change)
            } catch {
                return number == changes.count - 1 ? error.description : "too early: \(error)"
            }
        }
        return nil
    }

    @Test func `a node that is made, changed and deleted is known each time`() throws {
        var mirror = WatchMirror()
        _ = try mirror.take(Self.created)
        #expect(mirror.nodes == ["/a": Self.first])
        _ = try mirror.take(Self.updated)
        #expect(mirror.nodes == ["/a": Self.second])
        _ = try mirror.take(Self.deleted)
        #expect(mirror.nodes.isEmpty)
        #expect(mirror.revision == 9)
    }

    @Test func `a change that was left out is noticed by the next one`() {
        let verdict = Self.verdict(on: Self.created, Self.deleted)
        #expect(verdict?.hasPrefix("a change before was not told") == true)
    }

    @Test func `a change that is told again is noticed`() {
        let verdict = Self.verdict(on: Self.created, Self.updated, Self.updated)
        #expect(verdict?.hasPrefix("told before") == true)
        #expect(Self.verdict(on: Self.updated) != nil)
    }

    @Test func `changes of one revision come in the order of their paths, and end with it`() {
        let left = Self.change(.created, "/a", at: 5, isLast: false, new: Self.first)
        let right = Self.change(.created, "/b", at: 5, new: Self.first)
        #expect(Self.verdict(on: left, right) == nil)
        #expect(
            Self.verdict(
                on: Self.change(.created, "/c", at: 5, isLast: false, new: Self.first), right)
                != nil)
        #expect(Self.verdict(on: left, Self.change(.created, "/b", at: 6, new: Self.first)) != nil)
    }

    @Test func `a revision that was told in part is told again as a whole`() throws {
        var mirror = WatchMirror()
        let left = Self.change(.created, "/a", at: 5, isLast: false, new: Self.first)
        _ = try mirror.take(left)
        #expect(mirror.isAmidst)
        mirror.rewind()
        #expect(!mirror.isAmidst)
        _ = try mirror.take(left)
        let whole = try mirror.take(Self.change(.created, "/b", at: 5, new: Self.first))
        #expect(whole.map(\.path) == ["/a", "/b"])
    }

    @Test func `what is there is listed once, and before all changes`() {
        let present = Self.change(.present, "/a", at: 6, new: Self.first)
        #expect(Self.verdict(on: present, Self.updated) == nil)
        #expect(Self.verdict(on: present, present) != nil)
        #expect(Self.verdict(on: Self.created, present) != nil)
    }

    @Test func `of a node that does not meet the condition nothing is told`() {
        let watched = WatchMirror { $0.payloadVersion >= 2 }
        #expect(Self.verdict(on: Self.updated, Self.deleted, of: watched) == nil)
        #expect(Self.verdict(on: Self.created, of: watched) != nil)
    }
}
