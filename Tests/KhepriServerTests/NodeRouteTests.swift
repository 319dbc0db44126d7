import HTTPTypes
import Khepri
import Testing

@Suite("/v1/nodes/{path}") struct NodeRouteTests {
    @Test func `a value is put, read in two forms, and deleted`() async throws {
        let served = try await Served()
        let put = try await served.send(.put, "/v1/nodes/stock/wood/oak", body: "150")
        #expect(put.status == 200)
        let revision = try #require(put.revision)
        #expect(put.body == #"{"revision":\#(revision),"payloadVersion":1}"#)
        let get = try await served.send(.get, "/v1/nodes/stock/wood/oak")
        #expect(get.status == 200)
        #expect(
            get.body == #"{"path":"/stock/wood/oak","value":150,"payloadVersion":1,"#
                + #""childCount":0,"createdRevision":\#(revision),"modifiedRevision":\#(revision)}"#
        )
        #expect(get.headers[.contentType] == "application/json")
        #expect(get.tag == put.tag)
        #expect(get.revision == revision)
        let bare = try await served.send(.get, "/v1/nodes/stock/wood/oak?form=value")
        #expect(bare.body == "150")
        #expect(try await served.send(.get, "/v1/nodes/stock?form=value").status == 204)
        let parent = try await served.send(.get, "/v1/nodes/stock")
        #expect(!parent.body.contains("value"))
        #expect(parent.body.contains(#""childCount":1"#))
        let delete = try await served.send(.delete, "/v1/nodes/stock/wood")
        #expect(delete.status == 200)
        #expect(
            delete.body == #"{"revision":\#(revision + 1),"deleted":["/stock/wood","#
                + #""/stock/wood/oak"],"expired":["/stock"]}"#)
        #expect(try await served.send(.delete, "/v1/nodes/stock/wood").status == 404)
        let missing = try await served.send(.get, "/v1/nodes/stock/wood/oak")
        #expect(missing.status == 404)
        #expect(missing.code == "nodeNotFound")
        #expect(missing.revision != nil)
    }

    @Test(arguments: [
        "0", "1.0", "-0.0", "1e400", "18446744073709551615", "18446744073709551616", "null",
        #""é\u0000""#, #"{"b":1,"a":[true,{"$bytes":"AAE="}]}"#, #"{"$double":"NaN"}"#, "[",
        #"{"$literal":{"$x":1}}"#, "",
    ])
    func `values go in and out without loss, or are refused`(json: String) async throws {
        let served = try await Served()
        let put = try await served.send(.put, "/v1/nodes/a", body: json)
        guard let payload = try? Payload(json: json) else {
            #expect(put.status == 400)
            #expect(put.code == "valueCoding")
            #expect(try await served.send(.get, "/v1/nodes/a").status == 404)
            return
        }
        #expect(put.status == 200)
        let get = try await served.send(.get, "/v1/nodes/a?form=value")
        #expect(try Payload(json: get.body) == payload)
    }

    @Test func `escapes are decoded once, component by component`() async throws {
        let served = try await Served()
        for (target, path) in [
            ("/a%2Fb", "/a%2Fb"), ("/%2e%2E/x", "/%2E%2E/x"), ("/%2A", "/%2A"),
            ("/%252F", "/%252F"),
            ("/sp%20ace", "/sp ace"), ("/c/../d", "/d"), ("/../e", "/e"), ("/f/", "/f"),
            ("/%C3%A9", "/é"), ("/e%CC%81", "/e\u{301}"), ("/n%00l", "/n\u{0}l"),
        ] {
            let put = try await served.send(.put, "/v1/nodes" + target, body: "1")
            #expect(put.status == 200, "\(target)")
            #expect(try await served.host.store().exists(TreePath(path)), "\(target)")
        }
        #expect(try await served.send(.get, "/v1/nodes/").status == 200)
    }

    @Test func `if-none-match creates, if-match updates or guards`() async throws {
        let served = try await Served()
        let (create, update) = (["If-None-Match": "*"], ["If-Match": "*"])
        #expect(try await served.send(.put, "/v1/nodes/a", update, body: "0").status == 412)
        let first = try await served.send(.put, "/v1/nodes/a", create, body: "1")
        #expect(first.status == 200)
        let refused = try await served.send(.put, "/v1/nodes/a", create, body: "2")
        #expect(refused.status == 412)
        #expect(refused.code == "conditionFailed")
        let second = try await served.send(.put, "/v1/nodes/a", update, body: "2")
        #expect(second.status == 200)
        let old = ["If-Match": first.tag]
        #expect(try await served.send(.put, "/v1/nodes/a", old, body: "3").status == 412)
        let either = ["If-Match": "\(first.tag), \(second.tag)"]
        let third = try await served.send(.put, "/v1/nodes/a", either, body: "3")
        #expect(third.status == 200)
        #expect(try await served.send(.get, "/v1/nodes/a?form=value").body == "3")
        #expect(try await served.send(.delete, "/v1/nodes/a", old).status == 412)
        #expect(
            try await served.send(.delete, "/v1/nodes/a", ["If-Match": third.tag]).status == 200)
        #expect(try await served.send(.put, "/v1/nodes/a", either, body: "4").status == 412)
    }

    @Test func `an equal value keeps its tag, a new node never gets an old one`() async throws {
        let served = try await Served()
        let first = try await served.send(.put, "/v1/nodes/a", body: "1")
        let again = try await served.send(.put, "/v1/nodes/a", body: "1")
        #expect(again.tag == first.tag)
        #expect(again.revision != first.revision)
        _ = try await served.send(.delete, "/v1/nodes/a")
        let new = try await served.send(.put, "/v1/nodes/a", body: "1")
        #expect(new.tag != first.tag)
    }

    @Test func `tags of another history, weak ones and foreign ones never match`() async throws {
        let served = try await Served()
        let put = try await served.send(.put, "/v1/nodes/a", body: "1")
        let other = try await Served().send(.put, "/v1/nodes/a", body: "1")
        #expect(put.tag.split(separator: "-")[1] == other.tag.split(separator: "-")[1])
        for tag in [other.tag, "W/" + put.tag, "\"\"", "\"x-1\""] {
            let guarded = try await served.send(.put, "/v1/nodes/a", ["If-Match": tag], body: "2")
            #expect(guarded.status == 412, "\(tag)")
        }
        for header in ["a", "\"", "*, \"a\""] {
            let bad = try await served.send(.put, "/v1/nodes/a", ["If-Match": header], body: "2")
            #expect(bad.status == 400, "\(header)")
        }
        let both = ["If-Match": "*", "If-None-Match": "*"]
        #expect(try await served.send(.put, "/v1/nodes/a", both, body: "2").status == 400)
        let tagged = ["If-None-Match": put.tag]
        #expect(try await served.send(.put, "/v1/nodes/a", tagged, body: "2").status == 400)
        #expect(try await served.send(.get, "/v1/nodes/a?form=value").body == "1")
    }

    @Test func `a reader who has the node already gets no body`() async throws {
        let served = try await Served()
        let put = try await served.send(.put, "/v1/nodes/a", body: "1")
        let same = try await served.send(.get, "/v1/nodes/a", ["If-None-Match": put.tag])
        #expect(same.status == 304)
        #expect(same.body.isEmpty)
        #expect(same.tag == put.tag)
        _ = try await served.send(.put, "/v1/nodes/a", body: "2")
        let changed = try await served.send(.get, "/v1/nodes/a", ["If-None-Match": put.tag])
        #expect(changed.status == 200)
        let stale = try await served.send(.get, "/v1/nodes/a", ["If-Match": put.tag])
        #expect(stale.status == 412)
    }

    @Test func `consistency is chosen, a revision that is far off is waited for`() async throws {
        let served = try await Served()
        let put = try await served.send(.put, "/v1/nodes/a", body: "1")
        let revision = try #require(put.revision)
        for query in ["consistency=local", "consistency=linearizable", "at-least=\(revision)"] {
            #expect(try await served.send(.get, "/v1/nodes/a?\(query)").status == 200)
        }
        for query in [
            "consistency=strong", "at-least=-1", "at-least=x", "consistency=local&at-least=1",
            "at-least=1&at-least=1", "form=text", "frm=value", "consistency=%zz",
        ] {
            let answer = try await served.send(.get, "/v1/nodes/a?\(query)")
            #expect(answer.status == 400, "\(query)")
            #expect(answer.code == "invalidRequest")
        }
    }

    @Test func `head is get without a body`() async throws {
        let served = try await Served()
        let put = try await served.send(.put, "/v1/nodes/a", body: "1")
        let head = try await served.send(.head, "/v1/nodes/a")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.tag == put.tag)
        #expect(try await served.send(.head, "/v1/nodes/b").status == 404)
    }
}
