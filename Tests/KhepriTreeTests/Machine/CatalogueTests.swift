import CBOR
import Foundation
import Testing

@testable import KhepriTree

@Suite("The catalogue of stores") struct CatalogueTests {
    private static func id(_ number: UInt64) -> SessionID { SessionID(high: 9, low: number) }

    private static func entry(
        _ name: String, _ number: UInt64, founding: [UInt8] = [1, 2]
    ) throws -> StoreCatalogue.Entry {
        StoreCatalogue.Entry(
            name: try PathComponent(name), id: id(number), founding: founding)
    }

    /// Applies changes one after the other, as they come out of the log.
    private static func apply(
        _ changes: [CatalogueCommand], to machine: inout TreeMachine
    ) throws -> [OperationResult] {
        try changes.map { change in
            var writer = CBORWriter()
            change.encode(into: &writer)
            let context = ApplyContext(
                revision: Revision(machine.revision.rawValue + 1), time: 1)
            let outcome = machine.apply(DecodedCommand(writer.finish()), in: context)
            machine.checkInvariants()
            guard case .applied(let applied) = outcome else {
                throw CommandError(.malformed, "expected that a change is applied")
            }
            return applied.result
        }
    }

    private static func machine(after changes: [CatalogueCommand]) throws -> TreeMachine {
        var machine = TreeMachine(history: SessionID(high: 1, low: 2))
        for result in try apply(changes, to: &machine) { #expect(result.isOK) }
        return machine
    }

    @Test func `the first store of a name stays the one`() throws {
        let machine = try Self.machine(after: [
            .create(try Self.entry("shop", 1)), .create(try Self.entry("shop", 2)),
            .create(try Self.entry("bakery", 3)), .create(try Self.entry("shop", 1)),
        ])
        #expect(machine.catalogue.entries.map(\.id) == [Self.id(3), Self.id(1)])
        #expect(machine.catalogue["shop"]?.founding == [1, 2])
        #expect(machine.catalogue["other"] == nil)
    }

    @Test func `a deletion is of one store, and not of the next with the name`() throws {
        let machine = try Self.machine(after: [
            .create(try Self.entry("shop", 1)), .delete("shop", id: Self.id(1)),
            .create(try Self.entry("shop", 2)), .delete("shop", id: Self.id(1)),
            .delete("other", id: Self.id(5)),
        ])
        #expect(machine.catalogue["shop"]?.id == Self.id(2))
        #expect(machine.catalogue.deleted == [Self.id(1)])
    }

    @Test func `a deleted store never comes back`() throws {
        var machine = try Self.machine(after: [
            .create(try Self.entry("shop", 1)), .delete("shop", id: Self.id(1)),
        ])
        let results = try Self.apply([.create(try Self.entry("shop", 1))], to: &machine)
        #expect(!results[0].isOK)
        #expect(machine.catalogue["shop"] == nil)
    }

    @Test func `the number of stores is limited, that of deletions is not`() throws {
        var machine = try Self.machine(
            after: try (1...UInt64(StoreCatalogue.storesMaximum)).map {
                .create(try Self.entry("s\($0)", $0))
            })
        let tooMany = try Self.apply([.create(try Self.entry("one more", 0))], to: &machine)
        #expect(!tooMany[0].isOK)
        let churn = try (2_000...UInt64(2_000 + StoreCatalogue.deletedMaximum)).flatMap {
            number -> [CatalogueCommand] in
            [
                .delete("s1", id: Self.id(number == 2_000 ? 1 : number - 1)),
                .create(try Self.entry("s1", number)),
            ]
        }
        for result in try Self.apply(churn, to: &machine) { #expect(result.isOK) }
        #expect(machine.catalogue.deleted.count == StoreCatalogue.deletedMaximum)
        #expect(machine.catalogue.deleted.first == Self.id(2_000))
    }

    @Test func `other members may begin with a snapshot`() throws {
        let changes: [CatalogueCommand] = [
            .create(try Self.entry("shop", 1)), .create(try Self.entry("bakery", 2)),
            .delete("shop", id: Self.id(1)),
        ]
        for count in 0...changes.count {
            var first = try Self.machine(after: Array(changes.prefix(count)))
            var second = try first.reloaded(byteLimit: 100)
            #expect(second.catalogue == first.catalogue)
            _ = try Self.apply(Array(changes.dropFirst(count)), to: &first)
            _ = try Self.apply(Array(changes.dropFirst(count)), to: &second)
            #expect(second.stateHash == first.stateHash)
        }
    }

    @Test func `the state hash tells catalogues apart`() throws {
        let catalogues: [[CatalogueCommand]] = [
            [], [.create(try Self.entry("shop", 1))], [.create(try Self.entry("shop", 2))],
            [.create(try Self.entry("shops", 1))],
            [.create(try Self.entry("shop", 1, founding: [1, 3]))],
            [.create(try Self.entry("shop", 1)), .delete("shop", id: Self.id(1))],
        ]
        let hashes = try catalogues.map { try Self.machine(after: $0).stateHash }
        #expect(Set(hashes).count == catalogues.count)
    }

    @Test func `what is no change is an error, and what is newer is said to be`() throws {
        func decode(_ bytes: [UInt8]) -> DecodedCommand { DecodedCommand(bytes) }
        // Kind 2, version 2.
        guard case .needsNewerVersion = decode([0x83, 2, 2, 0]) else {
            Issue.record("expected a newer version")
            return
        }
        for bytes: [UInt8] in [[0x82, 2, 1], [0x83, 2, 1, 0], [0x84, 2, 1, 0x60, 0x40]] {
            guard case .malformed = decode(bytes) else {
                Issue.record("expected no command in \(bytes)")
                continue
            }
        }
    }

    @Test func `a state with stores is written byte for byte`() throws {
        let machine = try Self.machine(after: [
            .create(try Self.entry("shop", 1)), .create(try Self.entry("bakery", 2)),
            .delete("shop", id: Self.id(1)),
        ])
        let snapshot = machine.makeSnapshot()
        var whole: [UInt8] = []
        while let block = try snapshot.next(byteLimit: 100) { whole += block }
        let file = ConformanceTraces.directory.deletingLastPathComponent()
            .appending(path: "state-v3/state.txt")
        let digits = try String(contentsOf: file, encoding: .utf8).filter(\.isHexDigit)
        #expect(
            digits
                == whole.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                .joined())
    }
}

extension OperationResult {
    fileprivate var isOK: Bool { if case .ok = self { true } else { false } }
}
