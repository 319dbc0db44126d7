import CBOR
import Foundation
import NIOCore
import NIOHTTP1
import SimulationKit
import TestSupport
import Testing

@testable import KhepriCLI

/// A cluster of processes, each on a host of its own.
final class ProcessCluster {
    /// How soon everything must work again when all faults are over.
    static let recovery = Duration.seconds(10)

    let directory: String
    var random: TestRandom
    private let disks: [Int: MemberDisk.Kind]
    private let security: MemberSecurity
    private(set) var members: [MemberProcess] = []

    private init(
        in directory: String, disks: [Int: MemberDisk.Kind], _ security: MemberSecurity,
        _ random: TestRandom
    ) {
        self.directory = directory
        self.disks = disks
        self.security = security
        self.random = random
    }

    /// Forms a cluster for a test, and ends it.
    ///
    /// What the members wrote is kept if the test fails.
    ///
    /// - Parameters:
    ///   - disks: Where members have their data, by their numbers, if not beside each other.
    ///   - encrypted: Whether members and clients show certificates to each other.
    static func run(
        members count: Int, disks: [Int: MemberDisk.Kind] = [:], encrypted: Bool = false,
        for test: String = #function,
        _ body: (ProcessCluster) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("khepri-processes-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        let security: MemberSecurity =
            try await encrypted ? .withCertificates(for: count, in: directory) : .none
        let cluster = ProcessCluster(
            in: directory, disks: disks, security, TestRandom(for: test))
        do {
            try await FaultyNetwork.heal()
            for _ in 0..<count { try await cluster.grow() }
            try await body(cluster)
            for member in cluster.members { try await member.end() }
            for member in cluster.members { try await member.disk.unmount() }
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            let words = cluster.members.map { "\($0.name): \($0.lastWords)" }
            Issue.record(
                "\(error)\n\(cluster.random), directory \(directory)\n\(words.joined(separator: "\n"))"
            )
        }
        try await FaultyNetwork.heal()
    }

    // MARK: Members

    /// Starts one more member and waits until it votes.
    func grow() async throws {
        let number = members.count + 1
        let member = try await MemberProcess(
            number, in: directory, on: disks[number] ?? .shared, security,
            joining: members.first?.endpoint)
        members.append(member)
        try await member.start()
        try await eventually("\(member.name) to be a voter") {
            try await self.status(of: member)?.voters.contains(member.name) == true ? () : nil
        }
    }

    /// Removes a member from the cluster, and its process.
    func remove(_ member: MemberProcess) async throws {
        let rest = others(than: member)
        try await eventually("\(member.name) to be removed") { () -> Void? in
            let leader = try await self.leader()
            // The answer may be lost; what the others say counts.
            _ = await self.reply(of: leader, .DELETE, "/v1/cluster/members/\(member.name)")
            let voters = try await self.status(of: rest[0])?.voters
            return voters?.contains(member.name) == false ? () : nil
        }
        members = rest
        try await member.end()
    }

    /// The members but one.
    func others(than member: MemberProcess) -> [MemberProcess] {
        members.filter { $0 !== member }
    }

    /// One of the members.
    var anyMember: MemberProcess { random.element(members) }

    /// The member that leads, as it says itself.
    func leader(among candidates: [MemberProcess]? = nil) async throws -> MemberProcess {
        try await eventually("a leader") {
            var found: (member: MemberProcess, term: UInt64)?
            for member in candidates ?? self.members {
                guard let status = try await self.status(of: member), status.isLeader else {
                    continue
                }
                if status.term > found?.term ?? 0 { found = (member, status.term) }
            }
            return found?.member
        }
    }

    // MARK: Requests

    /// How a member says that it stands; nil if it does not answer.
    func status(of member: MemberProcess) async throws -> MemberStatus? {
        try await ask(member, .GET, "/v1/cluster").map { try MemberStatus($0) }
    }

    /// Makes a change of the cluster, by the member that leads.
    func change(_ method: HTTPMethod, _ target: String, _ body: String = "") async throws {
        try await eventually("\(method) \(target)") { () -> Void? in
            guard let leader = try? await self.leader() else { return nil }
            return try await self.ask(leader, method, target, body).map { _ in () }
        }
    }

    /// Asks a member; nil if it does not answer, or not with success.
    func ask(
        _ member: MemberProcess, _ method: HTTPMethod, _ target: String, _ body: String = ""
    ) async throws -> JSONValue? {
        guard let reply = await reply(of: member, method, target, body), reply.status == 200 else {
            return nil
        }
        return try reply.body.withUnsafeReadableBytes { try JSONParser.value(of: $0) }
    }

    /// Whatever a member answers; nil if it does not.
    func reply(
        of member: MemberProcess, _ method: HTTPMethod, _ target: String, _ body: String = "",
        patience: TimeAmount = .seconds(1)
    ) async -> HTTPReply? {
        guard
            let connection = try? await HTTPConnection(
                to: member.endpoint, silenceMaximum: patience)
        else { return nil }
        let reply = try? await connection.send(method, target, body: body)
        await connection.close()
        return reply
    }

    /// A number that a member tells of itself.
    func metric(_ name: String, of member: MemberProcess) async throws -> Double {
        try await eventually("\(name) of \(member.name)") {
            guard let reply = await self.reply(of: member, .GET, "/metrics") else { return nil }
            let line = String(buffer: reply.body).split(separator: "\n").first {
                $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{")
            }
            return line?.split(separator: " ").last.flatMap { Double($0) }
        }
    }

    /// Writes a long value, one of a few, through some member; says whether it was acknowledged.
    func tryLargeWrite(bytes: Int = 1 << 19) async -> Bool {
        let member = random.element(members.filter(\.isRunning))
        let value = "\"" + String(repeating: "x", count: bytes) + "\""
        let target = "/v1/nodes/large/\(random.below(4))"
        return await reply(of: member, .PUT, target, value)?.status == 200
    }

    // MARK: Checks

    /// Load on some members, all of them if not said otherwise, while `body` runs.
    func underLoad(
        on members: [Int]? = nil, _ body: () async throws -> Void
    ) async throws -> CallHistory {
        let numbers = members ?? self.members.map(\.number)
        let endpoints = try numbers.map { try security.endpoint(MemberProcess.address(of: $0)) }
        let load = Load(endpoints: endpoints, seed: random.next())
        return try await load.run(body)
    }

    /// Waits until every member serves linearizable reads and has a place on its disk.
    func settle() async throws {
        for member in members {
            var last = "no answer"
            do {
                try await eventually("\(member.name) to serve again", within: Self.recovery) {
                    () -> Void? in
                    guard let reply = await self.reply(of: member, .GET, "/readyz") else {
                        return nil
                    }
                    last = String(buffer: reply.body)
                    return reply.status == 200 ? () : nil
                }
            } catch {
                throw Tool.Failure(description: "\(error); it says: \(last)")
            }
        }
    }

    /// Ends a scenario: all faults are over, so everything works soon, everybody agrees, and an order
    /// explains what every client saw.
    func check(_ history: CallHistory, answered minimum: Int) async throws {
        try await settle()
        for member in members {
            let client = try await RegisterClient(to: member.endpoint, patience: .seconds(5))
            for register in history.lastRegisters {
                let outcome = await history.record(.read, on: register, by: client)
                #expect(outcome != nil, "\(member.name) did not answer at the end")
            }
            await client.close()
        }
        try await expectEqualStates()
        print("    \(history.summary)")
        for fault in history.faults.prefix(5) { Issue.record("an answer without excuse: \(fault)") }
        #expect(history.answered >= minimum, "too few calls to say anything")
        do {
            try LinearizabilityChecker.check(history.calls)
        } catch {
            let file = directory + "/history"
            try history.lines.write(toFile: file, atomically: true, encoding: .utf8)
            throw Tool.Failure(description: "\(error); the whole history is in \(file)")
        }
    }

    /// Every member has applied the same, and has the same state.
    private func expectEqualStates() async throws {
        let states = try await eventually("equal revisions") { () -> [String]? in
            var states: [String] = []
            var revisions: Set<JSONValue> = []
            for member in self.members {
                guard let state = try await self.ask(member, .GET, "/v1/stores/default"),
                    let revision = state["revision"], case .string(let hash)? = state["stateHash"]
                else { return nil }
                revisions.insert(revision)
                states.append(hash.string)
            }
            return revisions.count == 1 ? states : nil
        }
        #expect(Set(states).count == 1, "the members have different states: \(states)")
    }
}

/// How a member says that it stands.
struct MemberStatus {
    let isLeader: Bool
    let term: UInt64
    let voters: [String]

    init(_ json: JSONValue) throws {
        guard case .boolean(let isLeader)? = json["isLeader"],
            case .unsigned(let term)? = json["term"], case .array(let members)? = json["members"]
        else { throw Tool.Failure(description: "expected a status, found \(json)") }
        self.isLeader = isLeader
        self.term = term
        voters = members.compactMap { member in
            guard member["role"] == .string("voter"), case .string(let name)? = member["name"]
            else { return nil }
            return name.string
        }
    }
}
