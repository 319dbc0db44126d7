import ArgumentParser
import CBOR
import Foundation
import Khepri
import KhepriTree

struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Write a value, creating the node and its ancestors where they are missing.",
        discussion: """
            EXAMPLES
              khepri put -d shop /stock/wood/oak 150
              khepri put -d shop /users/alice '{"name": "Alice", "roles": ["admin"]}'
              khepri put -d shop /stock/balance -5
              khepri put -d shop /motd --text 'hello there'
              khepri put -d shop /logo --bytes-from logo.png
              khepri put -d shop /stock/wood/oak 151 --if-version 1
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The path of the node, such as /stock/wood/oak.")
    var path: String

    @Argument(help: "The value, in JSON.")
    var value: String?

    @Flag(help: "Take the value as text, not as JSON.")
    var text = false

    @Option(help: "Take the value from this file, as bytes; - is the standard input.")
    var bytesFrom: String?

    @Flag(help: "Write a node without a value.")
    var noPayload = false

    @Flag(help: "Only create: refuse if the node exists.")
    var create = false

    @Flag(help: "Only update: refuse if the node does not exist.")
    var update = false

    @Option(help: "Only if the payload version is this one.")
    var ifVersion: UInt64?

    @Option(help: "Keep the node while this lease lives: 32 digits, as `khepri lease` says them.")
    var lease: String?

    func validate() throws {
        if let lease, SessionID(hexadecimal: lease) == nil {
            throw ValidationError("expected the 32 digits of a lease as --lease, found '\(lease)'")
        }
        let sources = [value != nil, bytesFrom != nil, noPayload].filter { $0 }.count
        guard sources == 1 else {
            throw ValidationError("expected one of VALUE, --bytes-from and --no-payload")
        }
        let conditions = [create, update, ifVersion != nil].filter { $0 }.count
        guard conditions <= 1 else {
            throw ValidationError("expected at most one of --create, --update and --if-version")
        }
    }

    func run() async throws {
        let path = try Arguments.path(path)
        let payload = try payload()
        let lease = lease.flatMap { SessionID(hexadecimal: $0) }
        let write = TreeOperation.Write(
            payload: payload, keepWhile: lease.map { [.lease($0)] })
        let operation = try path.put(write, if: condition)
        _ = try await store.withPlace(creating: true) { try await $0.succeed(operation) }
    }

    private var condition: NodeCondition? {
        if create { return .absent }
        if update { return .exists(true) }
        return ifVersion.map { .number(.payloadVersion, .eq, $0) }
    }

    private func payload() throws -> Payload? {
        if let bytesFrom { return try Arguments.payload(.bytes(contents(of: bytesFrom))) }
        guard let value else { return nil }
        return try text ? Arguments.payload(.text(.init(value))) : Arguments.payload(json: value)
    }

    /// The bytes of a file, or of the standard input for `-`; one more than a value may have at most.
    private func contents(of file: String) throws -> [UInt8] {
        do {
            let handle =
                file == "-" ? .standardInput : try FileHandle(forReadingFrom: URL(filePath: file))
            let data = try handle.read(upToCount: TreeLimits.payloadBytesMaximum + 1)
            return [UInt8](data ?? Data())
        } catch {
            throw ProgramExit(.usage, "cannot read \(file): \(error.localizedDescription)")
        }
    }
}
