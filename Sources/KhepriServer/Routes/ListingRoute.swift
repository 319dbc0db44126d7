import CBOR
import Hummingbird
import Khepri
import KhepriTree

/// `/v1/nodes`: the nodes that match a pattern, page by page.
struct ListingRoute {
    /// The most nodes of a page.
    static let nodesMaximum: UInt64 = 10_000
    /// The nodes of a page unless the request says otherwise.
    static let nodesDefault: UInt64 = 1_000
    /// A page ends with the node that reaches this size.
    static let bytesMaximum = 4 << 20

    let store: TreeStore

    func get(_ query: RequestQuery) async throws -> Response {
        try query.expectOnly(["pattern", "limit", "after"] + RequestQuery.consistencyNames)
        let pattern = try TreePattern(query["pattern"] ?? "/**")
        let after = try query["after"].map { try TreePath($0) }
        let limit = try query.number("limit", in: 1...Self.nodesMaximum) ?? Self.nodesDefault
        try await store.catchUp(to: query.consistency())
        let view = store.view
        var page = NodePage(limit: Int(limit), bytesMaximum: Self.bytesMaximum)
        try view.forEachNode(matching: pattern, after: after) { page.add($0) }
        return page.finish().at(view.revision)
    }
}

/// The page while it is written.
private struct NodePage {
    let limit: Int
    let bytesMaximum: Int
    private var printer = JSONPrinter()
    private var count = 0
    private var bytes = 0
    private var last: TreePath?
    private var isCut = false

    init(limit: Int, bytesMaximum: Int) {
        self.limit = limit
        self.bytesMaximum = bytesMaximum
        printer.beginObject()
        printer.writeKey("nodes")
        printer.beginArray()
    }

    /// Adds a node; false when the page is full, and there is this one more.
    mutating func add(_ node: Node<Payload>) -> Bool {
        guard count < limit, bytes < bytesMaximum else {
            isCut = true
            return false
        }
        ShownNode(node).write(to: &printer)
        count += 1
        bytes += node.value?.bytes.count ?? 0
        last = node.path
        return true
    }

    mutating func finish() -> Response {
        printer.endArray()
        if isCut, let last { printer.writeMember("after", last.description) }
        printer.endObject()
        return Response(json: &printer)
    }
}
