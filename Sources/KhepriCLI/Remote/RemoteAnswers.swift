import CBOR
import Khepri
import KhepriTree
import NIOCore

/// What the answers of a server mean.
extension Endpoint {
    /// The body of an answer.
    ///
    /// - Throws: As ``check(_:)``.
    func json(of reply: HTTPReply) throws -> JSONValue {
        try check(reply)
        return try body(of: reply)
    }

    /// Refuses an answer that tells of an error.
    ///
    /// - Throws: ``StoreError`` as the store threw it there, ``ProgramExit`` for one of the server.
    func check(_ reply: HTTPReply) throws {
        guard !(200..<300).contains(reply.status) else { return }
        guard let error = try body(of: reply)["error"], case .string(let code)? = error["code"],
            case .string(let message)? = error["message"]
        else { throw malformedAnswer }
        switch code.string {
        case "notFound": throw ProgramExit(.unreachable, message.string)
        case "forbidden": throw ProgramExit(.refused, message.string)
        case "invalidRequest", "tooLarge", "methodNotAllowed":
            throw ProgramExit(.usage, message.string)
        default: throw try StoreError(json: error) ?? malformedAnswer
        }
    }

    /// The error for an answer that is none of Khepri.
    var malformedAnswer: ProgramExit {
        ProgramExit(.fault, "expected an answer of Khepri from \(self), found another")
    }

    /// The error for a write whose answer never came.
    var lostWrite: ProgramExit {
        ProgramExit(
            .outcomeUnknown, "the connection to \(self) was lost; the write may have been applied")
    }

    /// The error for a read whose answer never came.
    var lostRead: ProgramExit {
        ProgramExit(.unreachable, "the connection to \(self) was lost")
    }

    private func body(of reply: HTTPReply) throws -> JSONValue {
        do {
            return try reply.body.withUnsafeReadableBytes { try JSONParser.value(of: $0) }
        } catch {
            throw malformedAnswer
        }
    }
}

extension StoreError {
    /// Reads the error that a server answered; nil for another object.
    init?(json: JSONValue) throws {
        guard case .string(let code)? = json["code"],
            case .string(let message)? = json["message"],
            case .boolean(let mayHaveBeenApplied)? = json["mayHaveBeenApplied"]
        else { return nil }
        var path: TreePath?
        if case .string(let text)? = json["path"] { path = try TreePath(text.string) }
        self.init(
            Code(code.string), message.string, path: path, mayHaveBeenApplied: mayHaveBeenApplied)
    }
}

extension OperationResult {
    /// Reads the answer to one operation.
    ///
    /// - Throws: ``StoreError`` where the store could not carry it out.
    init(answer json: JSONValue) throws {
        if let error = try json["error"].flatMap({ try StoreError(json: $0) }) { throw error }
        try self.init(json: json)
    }
}
