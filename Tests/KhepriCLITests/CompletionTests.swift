import Testing

@Suite("Shell completion") struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func `a script for each shell knows the commands and options`(shell: String) throws {
        let script = try Program.run("--generate-completion-script", shell)
        #expect(script.code == 0)
        #expect(script.errors.isEmpty)
        for word in ["quickstart", "data-dir", "dry-run", "jsonl"] {
            #expect(script.output.contains(word), "\(word)")
        }
        #expect(!script.output.contains("--under"), "a hidden command is offered")
        let help = try Program.run("--help").output
        #expect(help.contains("--generate-completion-script \(shell)"))
    }

    @Test func `bash reads the script and completes a command and an option`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K --generate-completion-script bash > khepri.bash && bash -n khepri.bash && \
                source khepri.bash; F=$(complete -p khepri | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
                try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; \
                COMP_POINT=${#COMP_LINE}; COMPREPLY=(); $F khepri "${@: -1}" "${@: -2:1}"; \
                echo "${COMPREPLY[*]}"; }; try khepri quick; try khepri put --no; try khepri ve
                """
            let run = try Program.shell(script, in: directory)
            let words = run.lines.map { $0.split(separator: " ").joined(separator: " ") }
            #expect(
                words == ["quickstart", "--no-payload", "verify"], "\(run.output)\(run.errors)")
        }
    }
}
