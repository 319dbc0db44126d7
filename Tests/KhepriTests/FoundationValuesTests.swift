import Foundation
import Khepri
import TestSupport
import Testing

@Suite("Values of Foundation") struct FoundationValuesTests {
    /// Puts a value, reads it back and gives it with the text that was stored.
    private func stored<Value: Codable & Sendable>(_ value: Value) async throws -> (Value?, String?)
    {
        let store = try await TreeStore.inMemory()
        try await store.put(value, at: "/a")
        let found = try await store.get("/a", as: Value.self)
        let text = try? await store.get("/a", as: String.self)
        try await store.close()
        return (found, text)
    }

    /// What a stored text is as a value of a type; nil if it is none.
    private func read<Value: Codable & Sendable>(
        _ text: String, as type: Value.Type
    ) async throws -> Value? {
        let store = try await TreeStore.inMemory()
        try await store.put(text, at: "/a")
        let found: Value?
        do {
            found = try await store.get("/a", as: type)
        } catch StoreError.Code.valueCoding {
            found = nil
        }
        try await store.close()
        return found
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (0.5, "1970-01-01T00:00:00.5Z"),
        (-0.25, "1969-12-31T23:59:59.75Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_700_000_000.125, "2023-11-14T22:13:20.125Z"),
        (-12_219_292_801, "1582-10-14T23:59:59Z"), (-11_676_096_001, "1599-12-31T23:59:59Z"),
        (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_799.5, "9999-12-31T23:59:59.5Z"),
    ])
    func `a date is stored as text of the Gregorian calendar`(
        seconds: Double, text: String
    ) async throws {
        let date = Date(timeIntervalSince1970: seconds)
        let (found, stored) = try await stored(date)
        #expect(found == date)
        #expect(stored == text)
    }

    @Test func `any date of our time comes back as it was`() async throws {
        var random = TestRandom()
        var dates: [Date] = []
        for _ in 0..<2_000 {
            let seconds = Double(random.below(8_000_000_000)) - 4_000_000_000
            // Within weeks of 2001 a date can be finer than a nanosecond.
            let fraction = abs(seconds) > 5_000_000 ? Double(random.below(1 << 40)) / 0x1p40 : 0.5
            dates.append(Date(timeIntervalSinceReferenceDate: seconds + fraction))
        }
        let (found, _) = try await stored(dates)
        #expect(found == dates, "\(random)")
    }

    @Test(arguments: [1801, 1901, 2001, 2101])
    func `every day of a century is the day of Foundation's calendar`(year: Int) async throws {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        let start = try Date("\(year)-01-01T12:00:00Z", strategy: style)
        let days = (0..<36_526).map { start.addingTimeInterval(Double($0) * 86_400) }
        let store = try await TreeStore.inMemory()
        try await store.put(days, at: "/days")
        #expect(try await store.get("/days", as: [String].self) == days.map { $0.formatted(style) })
        #expect(try await store.get("/days", as: [Date].self) == days)
        try await store.close()
    }

    @Test(arguments: [
        ("2026-01-31T14:00:00+02:00", 1_769_860_800),
        ("2026-01-31T10:30:00.5-01:30", 1_769_860_800.5),
        ("2026-01-31t12:00:00.1250000009z", 1_769_860_800.125),
        ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
    func `dates of other writers are read`(text: String, seconds: Double) async throws {
        let date = try await read(text, as: Date.self)
        #expect(date == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00Zx",
        "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00.5.5Z", "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z", "2026-01-00T12:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z",
        "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00+0200", "-0027-08-13T08:00:00Z",
        "12026-01-31T12:00:00Z", "२०२६-01-31T12:00:00Z", "0000-01-01T00:00:00+00:01",
    ])
    func `what is no date is not read as one`(text: String) async throws {
        #expect(try await read(text, as: Date.self) == nil)
    }

    @Test(arguments: [
        -62_167_219_201, 253_402_300_800, 253_402_300_799.9999999999, .nan, .infinity,
        -Double.infinity, 1e300,
    ])
    func `a date that could not be read back is not stored`(seconds: Double) async throws {
        let store = try await TreeStore.inMemory()
        await expectError(.valueCoding) {
            try await store.put(Date(timeIntervalSince1970: seconds), at: "/a")
        }
        #expect(try await !store.exists("/a"))
        try await store.close()
    }

    @Test(arguments: [
        "1.10", "-0.000000000000000000000000000001", "0", "123456789012345678901234567890",
    ])
    func `a decimal number keeps all digits`(text: String) async throws {
        let decimal = try #require(Decimal(string: text))
        #expect(try await stored(decimal).0 == decimal)
    }

    @Test func `what is no decimal number is neither stored nor read`() async throws {
        await expectError(.valueCoding) { _ = try await stored(Decimal.nan) }
        for text in ["", "1,5", "1.5x", " 1", "1.", ".5", "NaN", "1e999", "١"] {
            #expect(try await read(text, as: Decimal.self) == nil, "\(text)")
        }
        #expect(try await read("-1.5e3", as: Decimal.self) == -1500)
    }

    @Test func `identifiers, addresses and bytes come back as they were`() async throws {
        struct Parts: Codable, Equatable {
            var identifier = UUID()
            var address = URL(string: "http://a.example/b%20c?d=e#f")
            var bytes = [Data(), Data([0, 255])]
            var byNumber = [1: Data([7]), -2: Data()]
        }
        let parts = Parts()
        #expect(try await stored(parts).0 == parts)
        #expect(try await stored(parts.identifier).1 == parts.identifier.uuidString)
        #expect(try await read("no identifier", as: UUID.self) == nil)
        #expect(try await read("text", as: Data.self) == nil)
        #expect(try await read("", as: URL.self) == nil)
    }
}
