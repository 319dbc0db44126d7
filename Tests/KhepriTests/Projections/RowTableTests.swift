import KhepriTree
import TestSupport
import Testing

@testable import Khepri

/// The table of a projection does what a dictionary does.
@Suite("Row tables")
struct RowTableTests {
    private static let origin = RowOrigin(path: "/a", modifiedRevision: Revision(1))

    /// A key whose hash has few values, so that keys are in each other's way.
    private struct Crowded: Hashable {
        let number: Int
        let home: Int

        func hash(into hasher: inout Hasher) { hasher.combine(home) }
    }

    @Test(
        "agree with a dictionary after each of many random changes",
        arguments: 1...20 as ClosedRange<UInt64>)
    func agreeWithADictionary(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var table = RowTable<Crowded, Int>()
        var model: [Crowded: Int] = [:]
        for step in 0..<2_000 {
            let number = random.below(200)
            let key = Crowded(number: number, home: number % 40)
            if random.chance(40) {
                table.remove(key)
                model[key] = nil
            } else {
                let former = table.put(step, Self.origin, for: key)
                #expect(former?.row == model.updateValue(step, forKey: key))
            }
            #expect(table.count == model.count)
            #expect(table.lookup[key] == model[key])
        }
        for number in 0..<200 {
            let key = Crowded(number: number, home: number % 40)
            #expect(table.lookup[key] == model[key])
            #expect((table.origin(of: key) == nil) == (model[key] == nil))
        }
        var seen: [Crowded: Int] = [:]
        table.forEach { seen[$0] = $1 }
        #expect(seen == model)
    }

    @Test("let go of every row: replaced, removed, and left at the end")
    func letGoOfEveryRow() {
        final class Row {}
        var rows: [() -> Row?] = []
        func row() -> Row {
            let row = Row()
            rows.append { [weak row] in row }
            return row
        }
        do {
            var table = RowTable<Int, Row>()
            for key in 0..<100 { table.put(row(), Self.origin, for: key) }
            for key in 0..<50 { table.put(row(), Self.origin, for: key) }
            for key in 25..<75 { table.remove(key) }
            #expect(rows.filter { $0() != nil }.count == 50)
            #expect(table.count == 50)
        }
        #expect(rows.allSatisfy { $0() == nil })
    }
}
