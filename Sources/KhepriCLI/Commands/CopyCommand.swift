import ArgumentParser
import Khepri
import KhepriTree

struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a node with everything below it, in one command.",
        discussion: """
            EXAMPLES
              khepri copy -d shop /stock/wood /archive/wood
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var places: SourceAndTarget

    func run() async throws {
        let (source, target) = try (Arguments.path(places.source), Arguments.path(places.target))
        let operation = TreeOperation(
            .copy(from: source, overwrite: places.overwrite), at: TreePattern(target))
        _ = try await store.withPlace { try await $0.succeed(operation) }
    }
}

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Move a node with everything below it, in one command.",
        discussion: """
            EXAMPLES
              khepri move -d shop /stock/wood /archive/wood
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var places: SourceAndTarget

    func run() async throws {
        let (source, target) = try (Arguments.path(places.source), Arguments.path(places.target))
        let operation = TreeOperation(
            .move(from: source, overwrite: places.overwrite), at: TreePattern(target))
        _ = try await store.withPlace { try await $0.succeed(operation) }
    }
}

/// What `copy` and `move` take.
struct SourceAndTarget: ParsableArguments {
    @Argument(help: "The path to take.")
    var source: String

    @Argument(help: "The path it gets; not below the source.")
    var target: String

    @Flag(help: "Replace a node that is at the target, with everything below it.")
    var overwrite = false
}
