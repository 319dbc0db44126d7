import CBOR
import NIOCore
import NIOHTTP1
import SimulationKit

@testable import KhepriCLI

/// A client of one member: registers are the nodes `/r/NUMBER`.
struct RegisterClient: Sendable {
    /// What became of a call.
    enum Answer: Sendable {
        case outcome(RegisterCall.Outcome)
        /// Nobody knows what became of it, and why.
        case unknown(String)
        /// It had no effect.
        case refused(String)
        /// It says what no member should say.
        case fault(String)
    }

    private let connection: HTTPConnection

    init(to endpoint: Endpoint, patience: TimeAmount) async throws {
        connection = try await HTTPConnection(to: endpoint, silenceMaximum: patience)
    }

    /// Patient clients of one member.
    static func some(_ count: Int, of member: MemberProcess) async throws -> [Self] {
        var clients: [Self] = []
        for _ in 0..<count {
            clients.append(try await Self(to: member.endpoint, patience: .seconds(10)))
        }
        return clients
    }

    func close() async { await connection.close() }

    /// Calls; a connection that is lost leaves the outcome unknown.
    func perform(_ operation: RegisterCall.Operation, on register: Int) async -> Answer {
        let (method, target, body) = Self.request(operation, register)
        do {
            let reply = try await connection.send(method, target, body: body)
            return try Self.answer(to: operation, reply)
        } catch is ConnectionLost {
            return .unknown("connection lost")
        } catch {
            return .fault("\(operation): \(error)")
        }
    }

    private static func request(
        _ operation: RegisterCall.Operation, _ register: Int
    ) -> (HTTPMethod, String, String) {
        let path = "/r/\(register)"
        switch operation {
        case .read: return (.GET, "/v1/nodes\(path)?form=value", "")
        case .write(let value?): return (.PUT, "/v1/nodes\(path)", "\(value)")
        case .write(nil): return (.POST, "/v1/ops", #"{"op":"delete","path":"\#(path)"}"#)
        case .compareAndSet(nil, let new):
            return (.POST, "/v1/ops", #"{"op":"create","path":"\#(path)","value":\#(new)}"#)
        case .compareAndSet(let expected?, let new):
            return (
                .POST, "/v1/ops",
                #"{"op":"compareAndSwap","path":"\#(path)","expected":\#(expected),"value":\#(new)}"#
            )
        }
    }

    private static func answer(
        to operation: RegisterCall.Operation, _ reply: HTTPReply
    ) throws -> Answer {
        let json = try reply.body.withUnsafeReadableBytes { try JSONParser.value(of: $0) }
        guard let error = json["error"] else { return .outcome(outcome(of: operation, json)) }
        guard case .string(let text)? = error["code"] else { return .fault("\(json)") }
        let code = text.string
        switch (operation, code) {
        case (.read, "nodeNotFound"): return .outcome(.found(nil))
        case (.compareAndSet, "nodeNotFound"), (.compareAndSet, "mismatchingNode"):
            return .outcome(.done(false))
        case (_, "resultUnavailable"):
            // It was sent on once more, and applied before; who listens knows that it succeeded.
            return .outcome(.done(true))
        default: break
        }
        guard error["mayHaveBeenApplied"] != .boolean(true) else { return .unknown(code) }
        let isExcused = [
            "noQuorum", "notLeader", "timeout", "closed", "overloaded", "storageFull",
            "storageFailed",
        ].contains(code)
        return isExcused ? .refused(code) : .fault("\(operation): \(json)")
    }

    private static func outcome(
        of operation: RegisterCall.Operation, _ json: JSONValue
    ) -> RegisterCall.Outcome {
        guard operation == .read else { return .done(true) }
        guard case .unsigned(let value) = json else { return .found(nil) }
        return .found(Int(value))
    }
}
