import Khepri
import Testing

@testable import RetainedMessages

@Suite("Subscriptions") struct SubscriptionTests {
    @Test func `among 100,000 filters, those of a topic are found by few looks`() async throws {
        var random = TestRandom()
        let names = (0..<40).map { "n\($0)" }
        var texts: Set<String> = []
        while texts.count < 100_000 {
            texts.insert(random.filterText(levelMaximum: 6, names: names))
        }
        let table = SubscriptionTable(try await TreeStore.inMemory())
        let filters = try texts.map { try TopicFilter($0) }
        for first in stride(from: 0, to: filters.count, by: 10_000) {
            try await table.subscribe("client", to: Array(filters[first..<first + 10_000]))
        }
        let naive = texts.map { (text: $0, filter: NaiveFilter($0)) }
        var mostLookups = 0
        var foundCount = 0
        for _ in 0..<40 {
            let topic = random.topicText(levelMaximum: 6, names: names)
            let levels = NaiveFilter.levels(of: topic)
            let matches = try table.matches(of: try Topic(topic))
            let expected = Set(naive.filter { $0.filter.matches(levels) }.map(\.text))
            #expect(
                Set(matches.subscribers.keys.map(\.text)) == expected,
                "KHEPRI_SEED=\(random.seed), topic \(topic)")
            mostLookups = max(mostLookups, matches.lookupCount)
            foundCount += expected.count
        }
        print("at most \(mostLookups) of 100,000 filters' nodes looked for, \(foundCount) found")
        // Three ways on from each node, two of which are open, and six levels.
        #expect(mostLookups <= 3 * (1 << 7))
        #expect(foundCount > 40)
    }

    @Test func `small sets of filters match as the specification says`() async throws {
        var random = TestRandom()
        for _ in 0..<20 {
            let table = SubscriptionTable(try await TreeStore.inMemory())
            let texts = Set((0..<200).map { _ in Array(random.filterText().utf8) })
                .map { String(decoding: $0, as: UTF8.self) }
            try await table.subscribe("client", to: texts.map { try TopicFilter($0) })
            for _ in 0..<100 {
                let topic = random.topicText()
                let levels = NaiveFilter.levels(of: topic)
                let found = try table.matches(of: try Topic(topic)).subscribers.keys
                let expected = texts.filter { NaiveFilter($0).matches(levels) }
                #expect(
                    Set(found) == Set(try expected.map { try TopicFilter($0) }),
                    "KHEPRI_SEED=\(random.seed), topic \(topic)")
            }
        }
    }

    @Test func `a topic of 63 levels meets a filter of 63 levels`() async throws {
        let table = SubscriptionTable(try await TreeStore.inMemory())
        let levels = Array(repeating: "a", count: 63)
        let literal = try TopicFilter(levels.joined(separator: "/"))
        let wide = try TopicFilter((levels.dropLast() + ["#"]).joined(separator: "/"))
        try await table.subscribe("client", to: [literal, wide])
        let matches = try table.matches(of: try Topic(literal.text))
        #expect(Set(matches.subscribers.keys) == [literal, wide])
        #expect(matches.lookupCount <= 3 * 64)
    }

    @Test func `subscribers come and go, and leave no node`() async throws {
        let store = try await TreeStore.inMemory()
        let table = SubscriptionTable(store)
        let filters = try ["a", "a/+", "a/#", "#"].map { try TopicFilter($0) }
        try await table.subscribe("one", to: filters)
        try await table.subscribe("two", to: filters)
        try await table.subscribe("two", to: filters)
        try await table.unsubscribe("one", from: filters)
        try await table.unsubscribe("one", from: filters)
        let found = try table.matches(of: try Topic("a/b")).subscribers
        #expect(found == [filters[1]: ["two"], filters[2]: ["two"], filters[3]: ["two"]])
        #expect(try table.matches(of: try Topic("$a")).subscribers.isEmpty)
        try await table.unsubscribe("two", from: filters)
        #expect(store.view.count(matching: "/**") == 0)
    }
}
