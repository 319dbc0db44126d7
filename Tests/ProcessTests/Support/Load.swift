import NIOCore
import SimulationKit
import Synchronization
import TestSupport

@testable import KhepriCLI

/// Clients that call without an end, while something else goes on.
struct Load: Sendable {
    /// How many clients.
    var clients = 8
    /// How long a client rests between two calls, in milliseconds.
    var rest = 6
    /// How long a client waits for an answer.
    var patience = TimeAmount.seconds(3)
    /// The members that are called.
    var endpoints: [Endpoint]
    var seed: UInt64

    /// Runs the clients while `body` runs, and one call of each longer.
    func run(_ body: () async throws -> Void) async throws -> CallHistory {
        let history = CallHistory()
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    let seed = seed &+ UInt64(client)
                    var random = TestRandom(seed: seed)
                    try await call(history, until: isOver, &random)
                }
            }
            defer { isOver.raise() }
            try await body()
        }
        return history
    }

    private func call(
        _ history: CallHistory, until isOver: Flag, _ random: inout TestRandom
    ) async throws {
        var connected: RegisterClient?
        var last: [Int: Int] = [:]
        while !isOver.isRaised {
            guard let client = connected else {
                let endpoint = random.element(endpoints)
                connected = try? await RegisterClient(to: endpoint, patience: patience)
                if connected == nil { try await Task.pause(20) }
                continue
            }
            let (number, register) = history.begin(random.below(1 << 16))
            let operation = operation(number, last[register], &random)
            let outcome = await history.record(operation, on: register, by: client)
            if case .found(let value)? = outcome { last[register] = value }
            if outcome == .done(true), case .write(let value) = operation { last[register] = value }
            if outcome == nil || outcome == .unknown || random.oneIn(40) {
                await client.close()
                connected = nil
            }
            try await Task.pause(1 + random.below(2 * rest))
        }
        await connected?.close()
    }

    private func operation(
        _ number: Int, _ last: Int?, _ random: inout TestRandom
    ) -> RegisterCall.Operation {
        switch random.below(20) {
        case 0..<10: .read
        case 10..<14: .write(number)
        case 14: .write(nil)
        default: .compareAndSet(expected: last, new: number)
        }
    }
}

extension CallHistory {
    /// Calls and takes down what came of it; nil if it had no effect.
    @discardableResult
    func record(
        _ operation: RegisterCall.Operation, on register: Int, by client: RegisterClient
    ) async -> RegisterCall.Outcome? {
        let start = now
        let outcome: RegisterCall.Outcome
        switch await client.perform(operation, on: register) {
        case .outcome(let known): outcome = known
        case .unknown(let reason):
            outcome = .unknown
            note("unknown: \(reason)")
        case .refused(let code):
            note("refused: \(code)")
            return nil
        case .fault(let text):
            noteFault(text)
            return nil
        }
        add(
            RegisterCall(
                key: register, operation: operation, outcome: outcome, start: start, end: now))
        return outcome
    }
}

/// Tells tasks that it is over.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }
    func raise() { value.store(true, ordering: .relaxed) }
}
