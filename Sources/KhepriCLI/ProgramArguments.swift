/// What is done to the arguments of the process before the parser sees them.
enum ProgramArguments {
    /// The arguments of the process, without its own name.
    ///
    /// - Throws: ``ProgramExit`` for one that is not UTF-8: as a name or value it would be another one.
    static func ofProcess() throws -> [String] {
        try (1..<max(1, Int(CommandLine.argc))).map { index in
            guard let bytes = CommandLine.unsafeArgv[index],
                let argument = String(validatingCString: bytes)
            else { throw ProgramExit(.usage, "expected UTF-8 as argument \(index)") }
            return argument
        }
    }

    /// Arranges the arguments so that the parser takes them as a person means them.
    ///
    /// - Throws: ``ProgramExit`` for a command that does not exist, with the one that is near.
    static func arranged(_ arguments: [String], commands: [String]) throws -> [String] {
        guard let name = arguments.first, !name.hasPrefix("-") else { return arguments }
        guard name == "help" || commands.contains(name) else {
            let near = nearest(to: name, in: commands).map { "; did you mean '\($0)'?" } ?? ""
            throw ProgramExit(
                .usage,
                "there is no command '\(name)'\(near)\n  See 'khepri --help' for all of them.")
        }
        return name == "put" ? withNegativeNumbersLast(arguments) : arguments
    }

    /// Puts values such as `-5` behind a `--`, where the parser takes nothing for an option.
    private static func withNegativeNumbersLast(_ arguments: [String]) -> [String] {
        guard !arguments.contains("--") else { return arguments }
        let numbers = arguments.filter(isNegativeNumber)
        guard !numbers.isEmpty else { return arguments }
        return arguments.filter { !isNegativeNumber($0) } + ["--"] + numbers
    }

    private static func isNegativeNumber(_ argument: String) -> Bool {
        let bytes = Array(argument.utf8.prefix(2))
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return bytes.count == 2 && bytes[0] == UInt8(ascii: "-") && digits.contains(bytes[1])
    }

    /// The name that takes the fewest changes of a letter, if they are few.
    private static func nearest(to word: String, in names: [String]) -> String? {
        let distances = names.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }
        guard let best = distances.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(1, best.0.utf8.count / 3) ? best.0 : nil
    }

    /// How many letters must be put in, left out or changed (Levenshtein).
    private static func distance(_ source: [UInt8], _ target: [UInt8]) -> Int {
        var row = Array(0...target.count)
        for (index, letter) in source.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 0..<target.count {
                let changed = diagonal + (letter == target[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[target.count]
    }
}
