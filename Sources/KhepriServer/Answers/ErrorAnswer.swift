import CBOR
import HTTPTypes
import Hummingbird
import Khepri
import KhepriTree

/// The answer to a request that failed: a status, and an object that says what was wrong.
struct ErrorAnswer {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    let path: TreePath?
    let mayHaveBeenApplied: Bool

    private init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, path: TreePath? = nil,
        mayHaveBeenApplied: Bool = false
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.path = path
        self.mayHaveBeenApplied = mayHaveBeenApplied
    }

    /// The answer for an error of a store.
    init(_ error: StoreError) {
        self.init(
            error.status, error.code.description, error.message, path: error.path,
            mayHaveBeenApplied: error.mayHaveBeenApplied)
    }

    /// The answer for an error of a route; nil for one of the connection.
    init?(_ error: any Error) {
        switch error {
        case let error as RequestError:
            self.init(error.kind.status, error.kind.rawValue, error.message)
        case let error as StoreError:
            self.init(error)
        case let error as PathError:
            let place = error.position.map { ", at byte \($0)" } ?? ""
            self.init(
                .badRequest, StoreError.Code.invalidPath.description, error.message + place)
        case let error as CBORError:
            self.init(.badRequest, StoreError.Code.valueCoding.description, "\(error)")
        default: return nil
        }
    }

    /// Writes the error as an object.
    func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        printer.writeMember("code", code)
        printer.writeMember("message", message)
        if let path { printer.writeMember("path", path.description) }
        printer.writeMember("mayHaveBeenApplied", mayHaveBeenApplied)
        printer.endObject()
    }

    /// The whole answer.
    var response: Response {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeKey("error")
        write(to: &printer)
        printer.endObject()
        return Response(status: status, json: &printer)
    }
}

extension RequestError.Kind {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest: .badRequest
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conditionFailed: .preconditionFailed
        case .tooLarge: .contentTooLarge
        }
    }
}

extension StoreError {
    /// The status that tells a client what to do: mend the request, read again, or try again.
    ///
    /// RFC 4918 §11.5 has one for a full disk.
    fileprivate var status: HTTPResponse.Status {
        if mayHaveBeenApplied { return .gatewayTimeout }
        switch code {
        case .nodeNotFound, .storeNotFound, .procedureNotFound: return .notFound
        case .keepWhileConditionFailed: return .conflict
        case .conditionFailed: return .preconditionFailed
        case .invalidPath, .invalidOperation, .patternMatchesManyNodes, .valueCoding, .aborted:
            return .badRequest
        case .overloaded: return .tooManyRequests
        case .noQuorum, .notLeader, .timeout, .closed, .cancelled: return .serviceUnavailable
        case .compacted, .leaseEnded: return .gone
        case .storageFull: return Self.insufficientStorage
        default: return .internalServerError
        }
    }

    private static var insufficientStorage: HTTPResponse.Status {
        HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
    }
}
