import CBOR
import RaftRuntime

/// The members that may be asked in place of one another, as far as they are known.
final class MemberEndpoints: Sendable {
    /// The one that is asked, and the others behind it.
    private let endpoints: Lock<[Endpoint]>

    init(_ endpoint: Endpoint) { endpoints = Lock([endpoint]) }

    /// The one that is asked.
    var current: Endpoint { endpoints.withLock { $0[0] } }

    /// How many are known.
    var count: Int { endpoints.withLock { $0.count } }

    /// Turns to another one, if there is one.
    func turn() { endpoints.withLock { $0.append($0.removeFirst()) } }

    /// Asks one of them who the others are; what it does not tell stays as it was.
    ///
    /// - Parameter client: Speaks to the current one.
    func refresh(by client: ClusterClient) async {
        let current = client.endpoint
        guard let status = try? await client.status(),
            case .array(let members)? = status["members"]
        else { return }
        let others = members.compactMap { member -> Endpoint? in
            guard case .string(let text)? = member["endpoint"] else { return nil }
            return current.redirected(to: text.string)
        }
        guard !others.isEmpty else { return }
        let name = current.description
        endpoints.withLock { $0 = [current] + others.filter { $0.description != name } }
    }
}
