import CBOR
import KhepriTree
import RaftCore
import TestSupport
import Testing

@testable import Khepri

/// Whose turn it is, without clock and tasks.
@Suite("The turns of triggers") struct TriggerScheduleTests {
    private static func trigger(
        _ name: String, _ pattern: TreePattern = "/**", priority: Int = 0, maximum: Int = 2
    ) -> Trigger {
        Trigger(
            name, matching: pattern, priority: priority,
            attempts: Trigger.Attempts(maximum: maximum, firstPause: .milliseconds(100))
        ) { _ in }
    }

    private static func change(_ revision: UInt64, _ path: TreePath) throws -> TreeChange {
        TreeChange(
            RecordedChange(
                revision: Revision(revision), path: path, old: nil, new: try .sample(),
                reason: nil),
            isLast: true)
    }

    private static func at(_ milliseconds: Int64) -> Instant {
        Instant.zero.advanced(by: .milliseconds(milliseconds))
    }

    /// A schedule whose steps can stand in expectations.
    private final class Turns {
        var value: TriggerSchedule

        convenience init(_ triggers: [Trigger]) {
            self.init(lanes: triggers.map { TriggerLane($0, after: Revision(10)) })
        }

        init(lanes: [TriggerLane], bytes: Int = 1 << 20) {
            value = TriggerSchedule(lanes, valueBytesMaximum: bytes)
        }

        /// The next call.
        func next(at now: Instant) throws -> TriggerSchedule.Attempt {
            let attempt = value.nextAttempt(at: now)
            return try #require(attempt)
        }

        /// Lets all calls that come now succeed.
        func run(at now: Instant) -> [String] {
            var lines: [String] = []
            while let attempt = value.nextAttempt(at: now) {
                lines.append(TriggerScheduleTests.line(attempt))
                value.end(attempt.number, nil, at: now)
            }
            return lines
        }

        /// What is to be acknowledged of the first trigger.
        func take(at now: Instant) -> TriggerAcknowledgement.Part? {
            value.takeAcknowledgement(at: now)?.parts.first
        }
    }

    /// Name, revision and path of a call.
    private static func line(_ attempt: TriggerSchedule.Attempt) -> String {
        switch attempt.event.subject {
        case .change(let change):
            return "\(attempt.trigger.name) \(change.revision.rawValue) \(change.path)"
        case .gap(let gap):
            return "\(attempt.trigger.name) \(gap.after.rawValue)-\(gap.through.rawValue)"
        }
    }

    @Test func `of one command the higher priority comes first, then the name, then the path`()
        throws
    {
        let schedule = Turns([
            Self.trigger("low", priority: -1), Self.trigger("b"), Self.trigger("a"),
            Self.trigger("high", priority: 5),
        ])
        schedule.value.take(
            try [Self.change(11, "/x"), Self.change(11, "/y"), Self.change(12, "/x")])
        #expect(
            schedule.run(at: .zero) == [
                "high 11 /x", "high 11 /y", "a 11 /x", "a 11 /y", "b 11 /x", "b 11 /y",
                "low 11 /x", "low 11 /y", "high 12 /x", "a 12 /x", "b 12 /x", "low 12 /x",
            ])
    }

    @Test func `a trigger that failed waits and keeps its order, and holds up no other`() throws {
        let schedule = Turns([Self.trigger("a", priority: 1), Self.trigger("b")])
        schedule.value.take(try [Self.change(11, "/x"), Self.change(12, "/x")])
        let first = try schedule.next(at: .zero)
        #expect(Self.line(first) == "a 11 /x")
        schedule.value.end(first.number, TriggerFailure(reason: "no"), at: .zero)
        #expect(schedule.value.deadline == .zero)
        #expect(schedule.run(at: .zero) == ["b 11 /x", "b 12 /x"])
        #expect(schedule.run(at: Self.at(99)).isEmpty)
        #expect(schedule.run(at: Self.at(100)) == ["a 11 /x", "a 12 /x"])
    }

    @Test func `only what is handled is acknowledged`() throws {
        let schedule = Turns([Self.trigger("a")])
        schedule.value.take(
            try [
                Self.change(11, "/x"), Self.change(12, "/x"), Self.change(12, "/y"),
                Self.change(15, "/x"),
            ])
        schedule.value.noteRead(through: Revision(17))
        var reached: [UInt64] = []
        for _ in 0..<4 {
            let attempt = try schedule.next(at: .zero)
            #expect(schedule.take(at: .zero) == nil)
            schedule.value.end(attempt.number, nil, at: .zero)
            reached.append(try #require(schedule.take(at: .zero)).handled.rawValue)
            schedule.value.acknowledge(missing: [])
        }
        #expect(reached == [11, 11, 14, 17])
    }

    @Test func `a careful turn acknowledges each event before the next call, until all is read`()
        throws
    {
        let schedule = Turns([Self.trigger("a"), Self.trigger("b")])
        schedule.value.take(try [Self.change(11, "/x"), Self.change(12, "/x")])
        schedule.value.becomeCareful()
        for expected in ["a 11 /x", "b 11 /x", "a 12 /x"] {
            #expect(schedule.run(at: .zero) == [expected])
            #expect(schedule.take(at: .zero) != nil)
            #expect(schedule.run(at: .zero).isEmpty)
            #expect(schedule.value.deadline == nil, "it waits for the acknowledgement alone")
            schedule.value.acknowledge(missing: [])
        }
        schedule.value.progress(through: Revision(12)) { _ in false }
        #expect(schedule.value.isCareful)
        #expect(schedule.run(at: .zero) == ["b 12 /x"])
        schedule.value.progress(through: Revision(12)) { _ in false }
        schedule.value.take(try [Self.change(13, "/x")])
        #expect(schedule.run(at: .zero) == ["a 13 /x", "b 13 /x"])
    }

    @Test func `a call that could not begin is made later, and no other one before it`() throws {
        let schedule = Turns([Self.trigger("a"), Self.trigger("b")])
        schedule.value.take(try [Self.change(11, "/x")])
        _ = try schedule.next(at: .zero)
        schedule.value.takeBackAttempt(at: .zero)
        #expect(schedule.run(at: Self.at(999)).isEmpty)
        #expect(schedule.value.deadline == Self.at(1_000))
        #expect(schedule.run(at: Self.at(1_000)) == ["a 11 /x", "b 11 /x"])
    }

    @Test func `a failure that counts for many parks at once`() throws {
        let schedule = Turns([Self.trigger("a", maximum: 8)])
        schedule.value.take(try [Self.change(11, "/x")])
        let attempt = try schedule.next(at: .zero)
        schedule.value.end(
            attempt.number, TriggerFailure(reason: "no", count: 8), at: .zero)
        #expect(schedule.take(at: .zero)?.parking?.record.failures == 8)
    }

    @Test func `while an acknowledgement is written the next one gathers`() throws {
        let schedule = Turns([Self.trigger("a")])
        schedule.value.take(try (11...20).map { try Self.change($0, "/x") })
        schedule.value.noteRead(through: Revision(20))
        let first = try schedule.next(at: .zero)
        schedule.value.end(first.number, nil, at: .zero)
        #expect(schedule.take(at: .zero)?.handled == Revision(11))
        #expect(schedule.run(at: .zero).count == 9)
        #expect(schedule.take(at: .zero) == nil)
        schedule.value.acknowledge(missing: [])
        #expect(schedule.take(at: .zero)?.handled == Revision(20))
    }

    @Test func `a failed acknowledgement is made again after a while`() throws {
        let schedule = Turns([Self.trigger("a")])
        schedule.value.take(try [Self.change(11, "/x")])
        #expect(schedule.run(at: .zero).count == 1)
        #expect(schedule.take(at: .zero) != nil)
        schedule.value.takeBackAcknowledgement(at: .zero)
        #expect(schedule.take(at: Self.at(999)) == nil)
        #expect(schedule.value.deadline == Self.at(1_000))
        #expect(schedule.take(at: Self.at(1_000)) != nil)
    }

    @Test func `what failed too often is parked as it is passed, never before`() throws {
        let schedule = Turns([Self.trigger("a")])
        schedule.value.take(try [Self.change(11, "/x"), Self.change(12, "/x")])
        for time in [0, 100] as [Int64] {
            #expect(schedule.take(at: Self.at(time)) == nil)
            let attempt = try schedule.next(at: Self.at(time))
            schedule.value.end(attempt.number, TriggerFailure(reason: "no"), at: Self.at(time))
        }
        #expect(schedule.value.nextAttempt(at: Self.at(200)) == nil, "one is parked at a time")
        let part = try #require(schedule.take(at: Self.at(200)))
        #expect(part.handled == Revision(11))
        #expect(part.parking?.event.id.description == "11-0")
        #expect(part.parking?.record.failures == 2)
        #expect(part.parking?.record.failure == "no")
        schedule.value.acknowledge(missing: [])
        #expect(schedule.run(at: Self.at(200)) == ["a 12 /x"])
    }

    @Test func `what cannot be parked is tried until it succeeds`() throws {
        var full = TriggerLane(Self.trigger("a", maximum: 1), after: Revision(10))
        let record = ParkedRecord(
            TriggerEvent(TriggerGap(after: .zero, through: Revision(1))), failures: 1, failure: "")
        for ordinal in 0..<TriggerLimits.parkedMaximum {
            full.note(TriggerEvent.ID(revision: Revision(5), ordinal: ordinal), record)
        }
        for (lane, bytes) in [
            (full, 1 << 20), (TriggerLane(Self.trigger("a", maximum: 1), after: Revision(10)), 200),
        ] {
            let schedule = Turns(lanes: [lane], bytes: bytes)
            schedule.value.take(try [Self.change(11, "/x")])
            for round in 0..<50 as Range<Int64> {
                let now = Self.at(30_000 * round)
                let attempt = try schedule.next(at: now)
                schedule.value.end(attempt.number, TriggerFailure(reason: "no"), at: now)
                #expect(schedule.take(at: now) == nil)
            }
            #expect(schedule.run(at: Self.at(10_000_000)) == ["a 11 /x"])
        }
    }

    @Test func `a call that ends after its time is of no interest`() throws {
        let schedule = Turns([Self.trigger("a")])
        schedule.value.take(try [Self.change(11, "/x")])
        let first = try schedule.next(at: .zero)
        schedule.value.end(first.number, TriggerFailure(reason: "too long"), at: .zero)
        schedule.value.end(first.number, nil, at: .zero)
        #expect(schedule.take(at: .zero) == nil)
        #expect(schedule.run(at: Self.at(100)) == ["a 11 /x"])
    }

    @Test func `a parked change that is due comes first, and goes when it is handled`() throws {
        let schedule = Turns([Self.trigger("a")])
        schedule.value.take(try [Self.change(11, "/x"), Self.change(12, "/x")])
        let running = try schedule.next(at: .zero)
        let event = TriggerEvent(
            .change(try Self.change(3, "/old")), .init(revision: Revision(3), ordinal: 0))
        var record = ParkedRecord(event, failures: 2, failure: "no")
        record.isDue = true
        schedule.value.note("a", event.id, record)
        schedule.value.note("a", event.id, record)
        schedule.value.end(running.number, nil, at: .zero)
        #expect(schedule.run(at: .zero) == ["a 3 /old", "a 12 /x"])
        let part = try #require(schedule.take(at: .zero))
        #expect(part.settled == [event.id])
        schedule.value.acknowledge(missing: [])
        #expect(schedule.value.deadline == nil)
    }

    @Test func `a change that is due again before its parking is known is not forgotten`() throws {
        let schedule = Turns([Self.trigger("a", maximum: 1)])
        schedule.value.take(try [Self.change(11, "/x")])
        let attempt = try schedule.next(at: .zero)
        schedule.value.end(attempt.number, TriggerFailure(reason: "no"), at: .zero)
        var record = try #require(schedule.take(at: .zero)?.parking).record
        record.isDue = true
        schedule.value.note("a", attempt.event.id, record)
        #expect(schedule.run(at: .zero).isEmpty)
        let parked = schedule.value.acknowledge(missing: [])
        #expect(parked.map(\.id) == [attempt.event.id], "the tree is looked at again")
        schedule.value.note("a", attempt.event.id, record)
        #expect(schedule.run(at: .zero) == ["a 11 /x"])
    }

    @Test func `a gap comes before what is behind it, and is passed only when it is handled`()
        throws
    {
        let schedule = Turns([Self.trigger("a"), Self.trigger("b", "/b")])
        schedule.value.takeGap(through: Revision(40)) { $0.trigger.name == "a" }
        schedule.value.take(try [Self.change(41, "/b")])
        let gap = try schedule.next(at: .zero)
        #expect(Self.line(gap) == "a 10-40")
        #expect(schedule.take(at: .zero) == nil)
        schedule.value.end(gap.number, nil, at: .zero)
        #expect(schedule.take(at: .zero)?.handled == Revision(40))
        #expect(schedule.run(at: .zero) == ["a 41 /b", "b 41 /b"])
    }

    @Test func `what is parked already is not tried again`() throws {
        var lane = TriggerLane(Self.trigger("a"), after: Revision(10))
        let id = TriggerEvent.ID(revision: Revision(11), ordinal: 1)
        let event = TriggerEvent(.change(try Self.change(11, "/y")), id)
        lane.note(id, ParkedRecord(event, failures: 2, failure: "no"))
        let schedule = Turns(lanes: [lane])
        schedule.value.take(
            try [Self.change(11, "/x"), Self.change(11, "/y"), Self.change(11, "/z")])
        #expect(schedule.run(at: .zero) == ["a 11 /x", "a 11 /z"])
    }

    @Test func `a trigger that is far behind forgets whole revisions, and passes none of them`()
        throws
    {
        let schedule = Turns([Self.trigger("slow", priority: 1), Self.trigger("b", "/b")])
        let count = TriggerLimits.keptMaximum
        schedule.value.take(try (0..<count + 5).map { try Self.change(11, "/x/\($0)") })
        #expect(schedule.value.hasRoom, "the other one has")
        schedule.value.take(try [Self.change(12, "/b"), Self.change(13, "/b")])
        schedule.value.noteRead(through: Revision(13))
        #expect(!schedule.value.isBehind)
        #expect(schedule.run(at: .zero).count == count + 5 + 2)
        #expect(schedule.value.isBehind)
        #expect(schedule.take(at: .zero)?.handled == Revision(11))
    }

    @Test func `progress is written down where it is worth it, and never past what waits`() throws {
        let schedule = Turns([Self.trigger("a", "/a", priority: 1), Self.trigger("b", "/b")])
        schedule.value.take(try [Self.change(15, "/b")])
        let attempt = try schedule.next(at: .zero)
        schedule.value.progress(through: Revision(20)) { _ in false }
        #expect(schedule.take(at: .zero) == nil)
        schedule.value.progress(through: Revision(21)) { $0 == Revision(10) }
        let parts = schedule.value.takeAcknowledgement(at: .zero)?.parts ?? []
        #expect(parts.map(\.name) == ["a", "b"])
        #expect(parts.map(\.handled) == [Revision(21), Revision(14)])
        schedule.value.acknowledge(missing: [])
        schedule.value.end(attempt.number, nil, at: .zero)
        #expect(schedule.take(at: .zero)?.handled == Revision(21))
    }

    @Test func `with calls that fail at random nothing is lost, passed early or out of order`()
        throws
    {
        var random = TestRandom(seed: TestRuns.seed())
        for _ in 0..<50 * TestRuns.scale {
            try Self.randomRun(&random)
        }
    }

    /// Each change ends handled or parked, in order, and no acknowledgement is ahead of that.
    private static func randomRun(_ random: inout TestRandom) throws {
        let names = ["a", "b", "c"]
        let triggers = names.map {
            trigger($0, priority: random.below(2), maximum: 1 + random.below(3))
        }
        var schedule = Turns(triggers).value
        var (now, revisions, done) = (Instant.zero, [10] as [UInt64], [String: [UInt64]]())
        while revisions.count < 30 || schedule.deadline != nil || schedule.isBusy {
            if revisions.count < 30, random.oneIn(2) {
                let revision = revisions[revisions.count - 1] + 1 + UInt64(random.below(2))
                revisions.append(revision)
                schedule.take([try change(revision, "/x")])
                schedule.noteRead(through: Revision(revision))
            }
            now = now.advanced(by: .milliseconds(random.below(200)))
            if let attempt = schedule.nextAttempt(at: now) {
                let fails = random.oneIn(2)
                schedule.end(attempt.number, fails ? TriggerFailure(reason: "no") : nil, at: now)
                let revision = attempt.event.id.revision.rawValue
                if !fails { done[attempt.trigger.name, default: []].append(revision) }
            }
            guard let acknowledgement = schedule.takeAcknowledgement(at: now) else { continue }
            let isLost = random.oneIn(4)
            for part in acknowledgement.parts {
                var known = done[part.name] ?? []
                if let parking = part.parking { known.append(parking.event.id.revision.rawValue) }
                let passed = revisions.dropFirst().filter { $0 <= part.handled.rawValue }
                #expect(passed.allSatisfy { known.contains($0) }, "passed too early")
                if !isLost { done[part.name] = known }
            }
            if isLost {
                schedule.takeBackAcknowledgement(at: now)
            } else {
                schedule.acknowledge(missing: [])
            }
        }
        for name in names { #expect(done[name] == Array(revisions.dropFirst())) }
    }
}

extension RecordedNode {
    /// A node without a payload.
    fileprivate static func sample() throws -> RecordedNode {

        // Small numbers are a byte each.
        let properties = try ([1, 1, 0, 1, 1, 1] as [UInt8]).withUnsafeBytes { bytes in
            var reader = CBORReader(bytes)
            return try NodeProperties(hasPayload: false, from: &reader)
        }
        return RecordedNode(properties: properties, payload: nil)
    }
}
