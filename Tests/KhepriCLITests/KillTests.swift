import Foundation
import Khepri
import TestSupport
import Testing

@testable import KhepriCLI

@Suite("SIGKILL") struct KillTests {
    @Test func `every acknowledged write survives the death of the writer`() async throws {
        let rounds = 50 * TestRuns.scale
        try await Program.withDirectory { directory in
            let place = directory + "/store"
            var total = 0
            for round in 1...rounds {
                let writer = try WriterProcess(
                    executable: Program.executable, dataDirectory: place, under: "/w", run: round,
                    tasks: 1 + round % 8)
                while writer.isRunning && writer.count < 1 + 7 * (round % 13) {
                    try await Task.sleep(for: .milliseconds(1))
                }
                try await writer.kill()
                let store = try await TreeStore.open(at: place)
                let (acknowledged, _) = try writer.verify(in: store, under: "/w", run: round)
                try await store.put(round, at: "/rounds")
                try await store.close()
                total += acknowledged
            }
            #expect(total > rounds)
        }
    }
}
