import ArgumentParser
import CBOR
import Khepri
import KhepriTree

struct StoresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stores",
        abstract: "List, make and delete the stores of a directory or server.",
        discussion: """
            On a cluster a store is on all members, and any member makes and deletes it.

            EXAMPLES
              khepri stores -d shop
              khepri stores create --endpoint http://127.0.0.1:8080 yard
              khepri stores delete --endpoint http://127.0.0.1:8080 yard --yes
            """,
        subcommands: [
            StoresListCommand.self, StoresCreateCommand.self, StoresDeleteCommand.self,
        ],
        defaultSubcommand: StoresListCommand.self)
}

struct StoresListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print the names of the stores.")

    @OptionGroup var place: HostOptions

    func run() async throws {
        for name in try await place.withHost({ try await $0.storeNames() }) {
            try StandardOutput.line(name)
        }
    }
}

struct StoresCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an empty store; one that is there stays as it is.")

    @OptionGroup var place: HostOptions

    @Argument(help: "The name of the store.")
    var name: String

    func run() async throws {
        try StoreName.validate(name)
        try await place.withHost(creating: true) { try await $0.createStore(name) }
    }
}

struct StoresDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a store with everything in it.")

    @OptionGroup var place: HostOptions

    @Argument(help: "The name of the store.")
    var name: String

    @Flag(help: "Confirms that everything in the store is to be gone.")
    var yes = false

    func run() async throws {
        try StoreName.validate(name)
        try ProgramExit.expectConfirmation(yes, "to delete the store \(name)")
        try await place.withHost { try await $0.deleteStore(name) }
    }
}
