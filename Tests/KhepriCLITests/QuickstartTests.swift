import Foundation
import Testing

@Suite("khepri quickstart") struct QuickstartTests {
    @Test(arguments: ["/etc", "src", "empty", "link"])
    func `it holds on a real directory, an odd one, an empty one and a link`(source: String)
        async throws
    {
        try await Program.withDirectory { directory in
            let script = """
                mkdir empty; mkdir -p src/dir src/closed; ln -s src link; ln -s / src/root; \
                mkfifo src/fifo; echo hi > src/text; touch $'src/\\377'; chmod 0 src/closed; \
                head -c 3000000 /dev/zero > src/big; touch src/A src/%41x; \
                $K quickstart \(source) --kills 2 --keep-in kept; echo "code $?"; \
                $K verify -d kept; $K count -d kept '/writer/run-1/**'
                """
            let run = try Program.shell(script, in: directory)
            #expect(
                run.output.contains("\nAll of it held.\ncode 0\nkept is whole\n"), "\(run.output)")
            #expect(run.errors.isEmpty, "\(run.errors)")
            #expect(run.output.components(separatedBy: "all of them there").count == 3)
            if source == "src" || source == "link" {
                #expect(run.output.contains("skipped 1: over the limit of 1048576 bytes, such as"))
                #expect(run.output.contains("skipped 1: the name is not UTF-8"))
                #expect(run.output.contains("skipped 2: neither a file nor a directory"))
            }
        }
    }

    @Test func `it refuses to work in a directory that is there`() async throws {
        try await Program.withDirectory { directory in
            let run = try Program.run("quickstart", directory, "--keep-in", directory)
            #expect(run.code == 4)
            #expect(run.errors.contains("expected a new directory"))
        }
    }
}
