import CBOR
import Foundation
import KhepriTree
import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit

/// Bytes that the package writes, and what docs/FORMAT.md calls them.
struct Sample {
    let rule: String
    let bytes: [UInt8]

    static func all() throws -> [Sample] {
        try goldenFiles() + commands() + log() + state() + goldenStates() + wire() + hostDetails()
            + backup() + identityOfRestoration()
    }

    private static let fixtures = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// The files of version 1.
    private static func goldenFiles() throws -> [Sample] {
        let directory = fixtures.appending(path: "format-v1")
        let identity = Array(try Data(contentsOf: directory.appending(path: "identity")))
        let log = try Data(contentsOf: directory.appending(path: "log/wal-0000000000000001.log"))
        let snapshots = directory.appending(path: "snapshots")
        let names = try FileManager.default.contentsOfDirectory(atPath: snapshots.path).sorted()
        let metadata = try names.map { name in
            let bytes = Array(try Data(contentsOf: snapshots.appending(path: name)))
            let length = Int(number(bytes, at: 12, byteCount: 4))
            return Sample(rule: "snapshot-metadata", bytes: Array(bytes[16..<16 + length]))
        }
        let records = records(of: Array(log)).filter { $0.rule != "command" }
        return [Sample(rule: "identity", bytes: identity)] + records + metadata
    }

    /// The commands of version 1, and some that hold what those do not.
    private static func commands() throws -> [Sample] {
        let file = fixtures.appending(path: "commands-v1/commands.txt")
        let golden = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            bytes(hexadecimal: $0.prefix { $0 != " " })
        }
        let types: [PayloadPattern.PayloadType] = [
            .integer, .double, .string, .boolean, .null, .array, .object, .bytes,
        ]
        let typed = types.map {
            TreeOperation(.get, at: TreePattern(components: [.payloadMatches(.type($0))]))
        }
        let swap = TreeOperation.Kind.compareAndSwap(
            expected: .anything,
            .init(payload: nil, keepWhile: [.path("/a", .exists(true))]))
        let session = TreeCommand.Session(
            id: SessionID(high: 1, low: 2), sequence: 3, lowestUnanswered: 2)
        let others = try (typed + [TreeOperation(swap)]).map { operation in
            var writer = CBORWriter()
            try TreeCommand(operation, session: session).encode(into: &writer)
            return writer.finish()
        }
        var reads = ReadSet(at: Revision(7))
        reads.add("/a", .absence)
        reads.add("/b", [.presence, .payload, .children])
        reads.add("/b/*")
        let bases: [(TreeCommand.Session?, TransactionBasis)] = [
            (session, .reads(reads)), (nil, .term(9)),
        ]
        let transactions = try bases.map { session, basis in
            var writer = CBORWriter()
            try TreeCommand(TreeOperation(swap), session: session, basis: basis)
                .encode(into: &writer)
            return writer.finish()
        }
        let store = StoreCatalogue.Entry(
            name: "shop", id: SessionID(high: 3, low: 4), founding: [1])
        let changes: [CatalogueCommand] = [.create(store), .delete("shop", id: store.id)]
        let changed = changes.map { change in
            var writer = CBORWriter()
            change.encode(into: &writer)
            return writer.finish()
        }
        let leases = try String(
            contentsOf: fixtures.appending(path: "commands-v3/commands.txt"), encoding: .utf8
        ).split(separator: "\n").map { bytes(hexadecimal: $0) }
        var report = CBORWriter()
        StateReport(
            node: 7, incarnation: SessionID(high: 3, low: 4), revision: Revision(9), hash: 1 << 64
        ).encode(into: &report)
        let all = golden + others + transactions + changed + leases + [report.finish()]
        return all.map { Sample(rule: "command", bytes: $0) }
    }

    /// Two files of a log, so that there is a group table with a line.
    private static func log() throws -> [Sample] {
        let disk = SimulatedDisk()
        let random = Lock(SeededRandom(seed: 1))
        var options = LogOptions(
            minimumSegmentBytes: 16 << 10, maximumSegmentBytes: 16 << 10,
            randomBits: { random.withLock { $0.next() } })
        options.node = 9
        let host = try HostDirectory.open("/store", disk: disk, options: options).host
        let group = GroupID(high: 1, low: 2)
        let member = MemberID(node: 3, incarnation: group)
        let others = (4...5).map { MemberID(node: $0, incarnation: group) }
        let configuration = Configuration(
            voters: [member], outgoing: [others[0]], learners: [others[1]],
            promotable: [others[1]], priorities: [.init(member: member, value: -1)],
            details: [.init(member: member, bytes: [1, 2, 3])])
        func entry(_ index: UInt64, _ kind: EntryKind, _ payload: [UInt8]) -> LogEntry {
            LogEntry(
                index: LogIndex(index), term: Term(1), kind: kind, time: 5, payload: payload)
        }
        let first: [LogWrite] = [
            .openGroup(name: "default"),
            .hardState(term: Term(1), vote: member),
            .append([entry(1, .configuration, configuration.encoded())]),
            .snapshot(LogPosition(index: LogIndex(1), term: Term(1))),
            .append([entry(2, .noOperation, [])]),
        ]
        try host.log.write(LogBatch(writes: first.map { (group, $0) }))
        for index in 3...4 as ClosedRange<UInt64> {
            let filler = [UInt8](repeating: 0, count: 9 << 10)
            try host.log.write(
                LogBatch(writes: [(group, .append([entry(index, .command, filler)]))]))
        }
        try host.close()
        let logged = disk.paths.filter { $0.hasPrefix("/store/log/wal-") }.sorted()
            .flatMap { records(of: disk.contents(of: $0)) }
            .filter { $0.rule != "command" }
        let renewed = try HostDirectory.open("/renewed", disk: disk, options: options).host
        let temporary = "/renewed/identity.tmp"
        let identities = Lock([disk.contents(of: "/store/identity")])
        disk.observe { call in
            guard call.operation == .rename, call.path == temporary else { return }
            identities.withLock { $0.append(disk.contents(of: temporary)) }
        }
        try renewed.renew([], as: member)
        disk.observe(nil)
        try renewed.close()
        // A log that lacks its file is put aside.
        try disk.remove("/renewed/log/wal-0000000000000001.log")
        _ = try HostDirectory.quarantine("/renewed", disk: disk, options: options)
        identities.withLock { $0.append(disk.contents(of: "/renewed/identity")) }
        return identities.withLock { $0 }.map { Sample(rule: "identity", bytes: $0) } + logged
    }

    /// The structured payloads of the records of a segment.
    private static func records(of segment: [UInt8]) -> [Sample] {
        var samples: [Sample] = []
        var offset = 4096
        while offset + 40 <= segment.count, segment[offset + 8] != 0 {
            let length = Int(number(segment, at: offset + 4, byteCount: 4))
            let payload = Array(segment[offset + 40..<offset + 40 + length])
            let rule: String? =
                switch (segment[offset + 8], segment[offset + 9] & 15) {
                case (1, 1): "command"
                case (1, 3): "configuration"
                case (2, _): length == 0 ? nil : "member"
                case (5, _): "group-opening"
                case (8, _): "group-line"
                default: nil
                }
            if let rule { samples.append(Sample(rule: rule, bytes: payload)) }
            offset += 40 + (length + 7) & ~7
        }
        return samples
    }

    /// The blocks of a state with one of everything.
    private static func state() throws -> [Sample] {
        var machine = TreeMachine(history: SessionID(high: 1, low: 2))
        let lines = [
            #"{"op":"put","path":"/","value":1}"#,
            #"{"op":"put","path":"/a/b","noPayload":true,"keepWhile":[["..",{"exists":true}]]}"#,
        ]
        for (number, line) in lines.enumerated() {
            guard case .operation(let operation) = try OperationLine(line) else { continue }
            let session = TreeCommand.Session(
                id: SessionID(high: 5, low: 6), sequence: UInt64(number + 1), lowestUnanswered: 1)
            let context = ApplyContext(revision: Revision(UInt64(number + 1)), time: 7)
            _ = machine.apply(TreeCommand(operation, session: session), in: context)
        }
        let snapshot = machine.makeSnapshot()
        var stream: [UInt8] = []
        while let block = try snapshot.next(byteLimit: 64) { stream += block }
        return blocks(of: stream)
    }

    /// The states of each version.
    private static func goldenStates() throws -> [Sample] {
        try ["state-v1", "state-v2", "state-v3", "state-v4"].flatMap { name in
            let file = fixtures.appending(path: name + "/state.txt")
            let text = try String(contentsOf: file, encoding: .utf8)
            return blocks(of: bytes(hexadecimal: text.filter { !$0.isWhitespace }))
        }
    }

    /// What hosts say of themselves.
    private static func hostDetails() -> [Sample] {
        [
            MemberDetails(name: "1", peerAddress: "[::1]:7400"),
            MemberDetails(
                name: "one", peerAddress: "a.example:7400", endpoint: "http://a.example:8080"),
        ].map { Sample(rule: "host-details", bytes: $0.encoded()) }
    }

    /// The header of a backup of version 1.
    private static func backup() throws -> [Sample] {
        let file = Array(try Data(contentsOf: fixtures.appending(path: "backup-v1/backup")))
        let length = Int(number(file, at: 12, byteCount: 4))
        return [Sample(rule: "backup-header", bytes: Array(file[16..<16 + length]))]
    }

    /// A directory that is being filled with backups.
    private static func identityOfRestoration() throws -> [Sample] {
        let disk = SimulatedDisk()
        let options = LogOptions(randomBits: { 5 })
        let identity = Lock<[UInt8]>([])
        try HostDirectory.make("/restored", disk: disk, options: options) { _ in
            identity.withLock { $0 = disk.contents(of: "/restored/identity") }
            return []
        }
        return [Sample(rule: "identity", bytes: identity.withLock { $0 })]
    }

    /// What hosts of version 1 send each other.
    private static func wire() throws -> [Sample] {
        let files = [
            ("envelopes", "envelope"), ("greetings", "greeting"), ("details", "host-details"),
        ]
        return try files.flatMap { name, rule in
            let file = fixtures.appending(path: "wire-v1/\(name).txt")
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
                Sample(rule: rule, bytes: bytes(hexadecimal: $0))
            }
        }
    }

    private static func blocks(of stream: [UInt8]) -> [Sample] {
        (DataItem.sequence(stream) ?? []).map { block in
            guard case .bytes(let bytes) = block else {
                return Sample(rule: "state-block", bytes: [])
            }
            return Sample(rule: "state-block", bytes: bytes)
        }
    }

    private static func bytes(hexadecimal text: some StringProtocol) -> [UInt8] {
        let digits = Array(text.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { start in
            UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
        }
    }

    private static func number(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> UInt64 {
        bytes[offset..<offset + byteCount].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
