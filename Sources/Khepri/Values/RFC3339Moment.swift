/// A moment as RFC 3339 writes it: in the Gregorian calendar, also for the time before there was one.
///
/// Foundation's own style counts by the Julian calendar before 1582, and reads what is no date.
struct RFC3339Moment {
    /// Whole seconds after 2001-01-01T00:00:00Z, from where `Date` counts.
    private let seconds: Int
    /// What is left of the second, less than 1,000,000,000.
    private let nanoseconds: Int

    /// The moment so many seconds after 2001-01-01T00:00:00Z, to the nanosecond; nil outside the years 0000
    /// to 9999.
    init?(secondsSinceReference interval: Double) {
        guard abs(interval) < 1e12 else { return nil }
        let whole = interval.rounded(.down)
        let nanoseconds = Int(((interval - whole) * 1e9).rounded())
        self.init(
            seconds: Int(whole) + nanoseconds / Self.nanosecondsInSecond,
            nanoseconds % Self.nanosecondsInSecond)
    }

    private init?(seconds: Int, _ nanoseconds: Int) {
        guard Self.range.contains(seconds) else { return nil }
        (self.seconds, self.nanoseconds) = (seconds, nanoseconds)
    }

    /// Reads text such as `2026-01-31T12:00:00Z`; nil for any other.
    ///
    /// A leap second is the one after it.
    init?(_ text: String) {
        var cursor = Cursor(rest: text.utf8[...])
        guard let year = cursor.number(of: 4), cursor.skip("-"),
            let month = cursor.number(of: 2), cursor.skip("-"),
            let day = cursor.number(of: 2), cursor.skip("T") || cursor.skip("t"),
            let hour = cursor.number(of: 2), cursor.skip(":"),
            let minute = cursor.number(of: 2), cursor.skip(":"),
            let second = cursor.number(of: 2), let nanoseconds = cursor.fraction(),
            let offset = cursor.offset(), cursor.rest.isEmpty
        else { return nil }
        let date = CalendarDay(year: year, month: month, day: day)
        guard (1...12).contains(month), CalendarDay(number: date.number) == date else { return nil }
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        let seconds = ((date.number * 24 + hour) * 60 + minute - offset) * 60 + second
        self.init(seconds: seconds, nanoseconds)
    }

    /// The seconds after 2001-01-01T00:00:00Z.
    var secondsSinceReference: Double { Double(seconds) + Double(nanoseconds) / 1e9 }

    /// The text in UTC, with as many digits of the second as are needed.
    var text: String {
        let number = seconds.quotient(by: 86_400)
        let (date, rest) = (CalendarDay(number: number), seconds - number * 86_400)
        let clock = [rest / 3_600, rest / 60 % 60, rest % 60].map { Self.padded($0, 2) }
        var fraction = nanoseconds == 0 ? "" : "." + Self.padded(nanoseconds, 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let day = "\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))"
        return "\(Self.padded(date.year, 4))-\(day)T\(clock.joined(separator: ":"))\(fraction)Z"
    }

    private static let nanosecondsInSecond = 1_000_000_000
    private static let range =
        CalendarDay(year: 0, month: 1, day: 1).number * 86_400..<CalendarDay(
            year: 10_000, month: 1, day: 1
        ).number * 86_400

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: digits - text.count) + text
    }
}

/// A day of the Gregorian calendar.
private struct CalendarDay: Equatable {
    var year: Int
    var month: Int
    var day: Int

    /// How many days it is after 2001-01-01.
    ///
    /// Years are counted from March, so that the day that some of them have more is the last one.
    var number: Int {
        let years = month > 2 ? year : year - 1
        let leapDays = years.quotient(by: 4) - years.quotient(by: 100) + years.quotient(by: 400)
        return years * 365 + leapDays + Self.daysBefore[(month + 9) % 12] + day - 730_792
    }

    /// The day that is so many days after 2001-01-01.
    init(number: Int) {
        self.init(year: 2001 + (number * 400).quotient(by: 146_097), month: 1, day: 1)
        while self.number > number { year -= 1 }
        while CalendarDay(year: year + 1, month: 1, day: 1).number <= number { year += 1 }
        while month < 12, CalendarDay(year: year, month: month + 1, day: 1).number <= number {
            month += 1
        }
        day += number - self.number
    }

    init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// How many days from the first of March until a month begins, March first.
    private static let daysBefore = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337]
}

/// What is left of a text.
private struct Cursor {
    var rest: Substring.UTF8View

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// So many digits.
    mutating func number(of count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(Self.isDigit) else { return nil }
        rest.removeFirst(count)
        return Self.value(of: digits)
    }

    /// The nanoseconds of a point and any number of digits; zero without a point.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: Self.isDigit)
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        let nine = digits.prefix(9)
        return (nine.count..<9).reduce(Self.value(of: nine)) { number, _ in number * 10 }
    }

    /// How many minutes the place of a clock is before UTC.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("-") ? -1 : 1
        guard sign < 0 || skip("+"), let hours = number(of: 2), hours < 24, skip(":"),
            let minutes = number(of: 2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private static func value(of digits: Substring.UTF8View) -> Int {
        digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension Int {
    /// The quotient that is rounded down.
    fileprivate func quotient(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
