import ArgumentParser
import CBOR
import Khepri

struct TriggersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract: "Show the triggers of a store and what they have parked.",
        discussion: """
            A trigger is run by the programs that have a handler for it. What its handler failed for too \
            often is parked until it is tried again or discarded.

            EXAMPLES
              khepri triggers -d shop
              khepri triggers --endpoint http://127.0.0.1:8080 --format json
              khepri triggers retry -d shop welcome 17-0
              khepri triggers discard -d shop welcome 17-0 18-1
              khepri triggers remove -d shop welcome --yes
            """,
        subcommands: [
            TriggersListCommand.self, TriggersRetryCommand.self, TriggersDiscardCommand.self,
            TriggersRemoveCommand.self,
        ],
        defaultSubcommand: TriggersListCommand.self)
}

struct TriggersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print each trigger, how far it is, and what is parked.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        let triggers = try await store.withPlace { try await $0.triggers() }
        try TriggerReport(triggers).print(as: output.format)
    }
}

/// Which parked changes of which trigger.
struct ParkedArguments: ParsableArguments {
    @Argument(help: "The name of the trigger.")
    var trigger: String

    @Argument(help: "What names the parked changes, such as 17-0.")
    var changes: [String]

    func validate() throws {
        guard !changes.isEmpty else { throw ValidationError("expected what names a change") }
    }

    /// Does something to each of the changes.
    func forEach(
        in store: StoreOptions,
        _ body: (any StorePlace, _ id: String, _ trigger: String) async throws -> Void
    ) async throws {
        try Trigger.validate(trigger)
        try await store.withPlace { place in
            for id in changes { try await body(place, id, trigger) }
        }
    }
}

struct TriggersRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Have handlers called again for parked changes, by whichever program leads.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var parked: ParkedArguments

    func run() async throws {
        try await parked.forEach(in: store) { try await $0.retryParked($1, of: $2) }
    }
}

struct TriggersDiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Give parked changes up.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var parked: ParkedArguments

    func run() async throws {
        try await parked.forEach(in: store) { try await $0.discardParked($1, of: $2) }
    }
}

struct TriggersRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a trigger, with how far it is and what is parked.")

    @OptionGroup var store: StoreOptions

    @Argument(help: "The name of the trigger.")
    var trigger: String

    @Flag(help: "Confirms that what the trigger has not handled is not to be handled.")
    var yes = false

    func run() async throws {
        try Trigger.validate(trigger)
        try ProgramExit.expectConfirmation(yes, "to remove the trigger \(trigger)")
        try await store.withPlace { try await $0.removeTrigger(trigger) }
    }
}
