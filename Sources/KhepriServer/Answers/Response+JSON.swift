package import CBOR
import HTTPTypes
package import Hummingbird
import Khepri

extension Response {
    /// An answer whose body is what was printed.
    package init(
        status: HTTPResponse.Status = .ok, headers: HTTPFields = .init(),
        json printer: inout JSONPrinter
    ) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: printer.finishBytes())))
    }

    /// An answer of text for people and monitors.
    init(status: HTTPResponse.Status = .ok, text: String, type: String = "text/plain") {
        self.init(
            status: status, headers: [.contentType: "\(type); charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An answer of server-sent events, as WHATWG HTML §9.2 writes them.
    init(events body: ResponseBody) {
        self.init(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"], body: body)
    }

    /// The answer, with the revision that includes everything it says.
    func at(_ revision: Revision) -> Response {
        var response = self
        response.headers[.khepriRevision] = String(revision.rawValue)
        return response
    }
}

extension HTTPField.Name {
    /// The revision that includes everything an answer says.
    package static let khepriRevision = Self.named("Khepri-Revision")

    private static func named(_ text: String) -> Self {
        guard let name = Self(text) else {
            preconditionFailure("\(text) is the name of a field")
        }
        return name
    }
}
