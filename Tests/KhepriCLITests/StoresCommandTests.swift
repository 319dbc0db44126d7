import Testing

@Suite("khepri stores") struct StoresCommandTests {
    private static let script = """
        $K put $P /a 1; $K stores $P; $K stores create $P yard; $K stores create $P yard
        $K put $P --store yard /b 2; $K stores list $P
        $K stores delete $P yard; echo $?; $K get $P --store yard /b
        $K stores delete $P yard --yes; echo $?; $K stores delete $P yard --yes; echo $?
        $K stores delete $P default --yes; echo $?; $K stores delete $P a/b --yes; echo $?
        $K get $P --store yard /b; echo $?; $K stores create $P a/b; echo $?
        $K stores create $P yard; $K count $P --store yard; $K stores $P; $K get $P /a
        """
    private static let output = [
        "default", "default", "yard", "4", "2", "0", "1", "2", "2", "3", "2", "0", "default",
        "yard", "1",
    ]

    @Test func `stores of a directory are listed, made and deleted`() async throws {
        try await Program.withDirectory { directory in
            let run = try Program.shell("P='-d s'\n" + Self.script, in: directory)
            #expect(run.lines == Self.output, "\(run.errors)")
            #expect(run.errors.contains("say --yes to delete the store yard"))
            #expect(run.errors.contains("there is no store yard"))
            #expect(run.errors.contains("the store default cannot be deleted"))
            let missing = try Program.shell("$K stores -d none; $K stores delete -d none x --yes")
            #expect(missing.code == 3)
        }
    }

    @Test(arguments: [[], ["--name", "n1", "--peer", "127.0.0.1:0"]])
    func `stores of a server are listed, made and deleted`(arguments: [String]) async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(
                ["serve", "-d", directory + "/s", "--http", "127.0.0.1:0"] + arguments)
            let run = try Program.shell("P='--endpoint \(server.endpoint)'\n" + Self.script)
            #expect(run.lines == Self.output, "\(run.errors)")
            #expect(run.errors.contains("say --yes to delete the store yard"))
            #expect(run.errors.contains("there is no store yard"))
            #expect(run.errors.contains("the store default cannot be deleted"))
            #expect(server.end() == 0)
        }
    }
}
