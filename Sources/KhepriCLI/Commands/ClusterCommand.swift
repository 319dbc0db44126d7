import ArgumentParser
import CBOR
import Khepri
import KhepriTree
import NIOHTTP1
import RaftRuntime

struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Show and change the members of a replicated store.",
        discussion: """
            Any member can be asked; what another one has to do is sent on to it.

            EXAMPLES
              khepri cluster status --endpoint http://127.0.0.1:8081
              khepri cluster transfer --endpoint http://127.0.0.1:8081 n2
              khepri cluster remove --endpoint http://127.0.0.1:8081 n3
            """,
        subcommands: [
            ClusterStatusCommand.self, ClusterMembersCommand.self, ClusterAddCommand.self,
            ClusterRemoveCommand.self, ClusterPromoteCommand.self, ClusterTransferCommand.self,
            ClusterPriorityCommand.self, ClusterEventsCommand.self, ClusterRecoverCommand.self,
        ])
}

struct ClusterStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the member that is asked stands.")

    @OptionGroup var options: ClusterOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        try ClusterReport(try await options.client().status()).print(as: output.format)
    }
}

struct ClusterMembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List the members.")

    @OptionGroup var options: ClusterOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        try ClusterReport(try await options.client().status()).printMembers(as: output.format)
    }
}

struct ClusterAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a host that waits to join.",
        discussion: """
            A host that is started with `khepri serve --join` adds itself. This is for the host of a \
            program of your own, which prints what to say here: `store.cluster.joinRequest`.
            """)

    @OptionGroup var options: ClusterOptions

    @Argument(help: "The name of the host.")
    var name: String

    @Option(help: "The identifier of the host.")
    var id: String

    @Option(name: .customLong("peer"), help: "Where other members reach it, as HOST:PORT.")
    var peer: HostAndPort

    @Flag(help: "Add it for reads only: it counts in no majority.")
    var learner = false

    func run() async throws {
        let request = Cluster.JoinRequest(id: id, name: name, peerAddress: peer.description)
        try await options.client().add(request, isLearner: learner)
    }
}

struct ClusterRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a member; it is not asked.")

    @OptionGroup var options: ClusterOptions

    @Argument(help: "The name or identifier of the member.")
    var name: String

    func run() async throws {
        _ = try await options.client().request(.DELETE, try ClusterClient.target(name))
    }
}

struct ClusterPromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Make a learner a voter, once it keeps up.")

    @OptionGroup var options: ClusterOptions

    @Argument(help: "The name or identifier of the member.")
    var name: String

    func run() async throws {
        _ = try await options.client().request(
            .PUT, try ClusterClient.target(name), body: #"{"promote":true}"#)
    }
}

struct ClusterTransferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer", abstract: "Make another member the leader.")

    @OptionGroup var options: ClusterOptions

    @Argument(help: "The name of the member; the one that is furthest if missing.")
    var name: String?

    func run() async throws {
        var printer = JSONPrinter()
        printer.beginObject()
        if let name { printer.writeMember("to", name) }
        printer.endObject()
        _ = try await options.client().request(
            .POST, "/v1/cluster/leader", body: printer.finish())
    }
}

struct ClusterPriorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "priority",
        abstract: "Prefer a member as leader to those with lower numbers.",
        discussion: "Every member begins with 0. A member that is level gets the leadership back.")

    @OptionGroup var options: ClusterOptions

    @Argument(help: "The name or identifier of the member.")
    var name: String

    @Argument(help: "Its priority.")
    var priority: Int32

    func run() async throws {
        _ = try await options.client().request(
            .PUT, try ClusterClient.target(name), body: "{\"priority\":\(priority)}")
    }
}

struct ClusterRecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Go on with one member when most are lost for ever.",
        discussion: """
            Makes the member of a directory the only one. What others had acknowledged and this one \
            had not received is lost, and every store of the directory begins another history: its \
            revisions go on more than 2^32 higher, and tags from before match nothing. The others are \
            refused from then on: wipe them and let them join anew.

            EXAMPLES
              khepri cluster recover --data-dir n2 --yes
            """)

    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the member.")
    var dataDirectory: String

    @Flag(help: "Confirms that the other voters are lost for ever.")
    var yes = false

    func run() async throws {
        try ProgramExit.expectConfirmation(yes, "if the other voters are lost for ever")
        guard FileKind(at: dataDirectory) == .directory else {
            throw ProgramExit(.unreachable, "there is no store in \(dataDirectory)")
        }
        let store = try await TreeStore.recoverAsSingleMember(
            at: dataDirectory, configuration: Diagnostics.configuration)
        let revision = store.statistics.revision
        try await store.close()
        try StandardOutput.line("recovered at revision \(revision.rawValue)")
    }
}
