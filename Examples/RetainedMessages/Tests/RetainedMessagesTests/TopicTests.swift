import Khepri
import Testing

@testable import RetainedMessages

@Suite("Topics") struct TopicTests {
    @Test(arguments: [
        "a", "a/b", "/", "//", "/a", "a/", "a//b", "$SYS/broker", "a b", "*", "**/*", ".", "../a",
        "%2F", "%00", "a\\b", "\u{e9}", "e\u{301}", "\u{feff}", "\u{1}", "😀/\u{200d}",
    ])
    func `a topic is read back from its node`(text: String) throws {
        let topic = try Topic(text)
        #expect(Array(topic.text.utf8) == Array(text.utf8))
        #expect(Topic(names: topic.levels.names) == topic)
    }

    @Test func `texts that differ in one byte are different nodes`() throws {
        var random = TestRandom()
        var texts: [TopicLevels: String] = [:]
        for _ in 0..<20_000 {
            let text = random.topicText()
            let other = texts.updateValue(text, forKey: try Topic(text).levels)
            if let other {
                #expect(Array(other.utf8) == Array(text.utf8), "KHEPRI_SEED=\(random.seed)")
            }
        }
        #expect(try Topic("\u{e9}") != Topic("e\u{301}"))
        #expect(try Topic("a/") != Topic("a"))
        #expect(try Topic("/a") != Topic("a"))
    }

    @Test func `a level has at most 255 bytes`() throws {
        let longest = String(repeating: "\u{e9}", count: 127) + "x"
        #expect(try Topic("a/\(longest)").text == "a/\(longest)")
        let error = #expect(throws: TopicError.self) { try Topic("a/\(longest)x") }
        #expect(error?.description == "expected at most 255 bytes in a level, found 256")
    }

    @Test func `a topic has at most 63 levels`() throws {
        let deepest = Array(repeating: "a", count: 63).joined(separator: "/")
        #expect(try Topic(deepest).levels.names.count == 63)
        let error = #expect(throws: TopicError.self) { try Topic(deepest + "/") }
        #expect(error?.description == "expected at most 63 levels, found 64")
        #expect(throws: TopicError.self) { try TopicFilter(deepest + "/#") }
    }

    @Test(arguments: [
        ("", "expected at least one character, found none"),
        ("a\0b", "expected no NUL, found one"),
        ("a/+", "expected no + and no # in a topic, found one"),
        ("a#", "expected no + and no # in a topic, found one"),
        (String(repeating: "a", count: 65_536), "expected at most 65535 bytes, found 65536"),
    ])
    func `what is no topic is refused, and why is said`(text: String, message: String) {
        let error = #expect(throws: TopicError.self) { try Topic(text) }
        #expect(error?.description == message)
    }
}

@Suite("Topic filters") struct TopicFilterTests {
    @Test(arguments: ["#", "+", "a/#", "+/+", "a/+/b/#", "/+", "+/", "$SYS/#", "/#", "a//#"])
    func `a filter is read back from its node`(text: String) throws {
        let filter = try TopicFilter(text)
        #expect(filter.text == text)
        #expect(TopicFilter(names: filter.levels.names) == filter)
    }

    @Test(arguments: [
        ("", "expected at least one character, found none"),
        ("#/a", "expected # as the last level only, found levels behind it"),
        ("a/#/#", "expected # as the last level only, found levels behind it"),
        ("a#", "expected + and # as a whole level, found one inside of another"),
        ("a/b+/c", "expected + and # as a whole level, found one inside of another"),
        ("++", "expected + and # as a whole level, found one inside of another"),
        ("a/\0", "expected no NUL, found one"),
    ])
    func `what is no filter is refused, and why is said`(text: String, message: String) {
        let error = #expect(throws: TopicError.self) { try TopicFilter(text) }
        #expect(error?.description == message)
    }

    @Test func `a filter finds the messages that the specification says`() async throws {
        var random = TestRandom()
        let texts = Set((0..<1_000).map { _ in Array(random.topicText(levelMaximum: 4).utf8) })
            .map { String(decoding: $0, as: UTF8.self) }
        let retained = RetainedTopics(try await TreeStore.inMemory())
        try await retained.retain(
            texts.map { RetainedMessage(topic: try Topic($0), payload: Array($0.utf8)) })
        var foundCount = 0
        for _ in 0..<500 {
            let text = random.filterText()
            let found = try retained.messages(matching: try TopicFilter(text))
            let naive = NaiveFilter(text)
            let expected = texts.filter { naive.matches(NaiveFilter.levels(of: $0)) }
            #expect(
                found.map(\.payload).sorted { $0.lexicographicallyPrecedes($1) }
                    == expected.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) },
                "KHEPRI_SEED=\(random.seed), filter \(text)")
            #expect(found.allSatisfy { Array($0.topic.text.utf8) == $0.payload })
            foundCount += found.count
        }
        #expect(foundCount > 500)
    }

    @Test func `the examples of the specification`() async throws {
        let retained = RetainedTopics(try await TreeStore.inMemory())
        let topics = ["sport", "sport/tennis/player1", "/finance", "$SYS/monitor/Clients"]
        try await retained.retain(
            topics.map { RetainedMessage(topic: try Topic($0), payload: [1]) })
        func found(_ filter: String) throws -> [String] {
            try retained.messages(matching: try TopicFilter(filter)).map(\.topic.text).sorted()
        }
        #expect(try found("sport/#") == ["sport", "sport/tennis/player1"])
        #expect(try found("sport/tennis/player1/#") == ["sport/tennis/player1"])
        #expect(try found("sport/+") == [])
        #expect(try found("+/+") == ["/finance"])
        #expect(try found("/+") == ["/finance"])
        #expect(try found("+") == ["sport"])
        #expect(try found("#") == ["/finance", "sport", "sport/tennis/player1"])
        #expect(try found("+/monitor/Clients") == [])
        #expect(try found("$SYS/#") == ["$SYS/monitor/Clients"])
        #expect(try found("$SYS/monitor/+") == ["$SYS/monitor/Clients"])
    }
}
