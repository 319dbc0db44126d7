import NIOCore
import RaftCore
import RaftRuntime
import TestSupport
import Testing

@testable import RaftTransport

@Suite("Queues of peers", .timeLimit(.minutes(1))) struct QueueTests {
    private static func envelope(_ number: UInt64, bytes: Int = 0) -> PeerEnvelope {
        let command = ForwardedCommand(
            number: number, payload: [UInt8](repeating: 1, count: bytes), mayUseReserve: false,
            timeout: .seconds(1))
        return PeerEnvelope(
            group: TestHost.group, sender: TestHost.member(1), receiver: TestHost.member(2),
            content: .commands([command]))
    }

    @Test func `what does not fit is dropped, what waits stays in order`() {
        let size = Self.envelope(0, bytes: 100).estimatedBytes
        var queue = EnvelopeQueue(bytesMaximum: size * 3)
        func add(_ number: UInt64) -> Bool { queue.add(Self.envelope(number, bytes: 100)) }
        func take(_ bytes: Int) -> [UInt64?] { queue.take(bytes: bytes).map(\.number) }
        #expect((0..<3).map(add) == [true, true, true])
        #expect(queue.bytes == size * 3)
        #expect(!add(9))
        #expect(take(size + 1) == [0, 1])
        #expect(add(3))
        #expect(take(1) == [2])
        #expect(take(.max) == [3])
        #expect(take(.max) == [])
        #expect(queue.bytes == 0)
    }

    @Test func `an envelope larger than the queue goes through an empty one`() {
        var queue = EnvelopeQueue(bytesMaximum: 1_000)
        func add(_ number: UInt64, _ bytes: Int) -> Bool {
            queue.add(Self.envelope(number, bytes: bytes))
        }
        #expect(add(1, 5_000))
        #expect(!add(2, 0))
        let taken = queue.take(bytes: .max)
        #expect(taken.count == 1)
        #expect(add(3, 0))
    }

    @Test func `random additions and takings are those of a list`() {
        var random = TestRandom()
        var queue = EnvelopeQueue(bytesMaximum: 3_000)
        var model: [PeerEnvelope] = []
        for number in 0..<5_000 as Range<UInt64> {
            if random.next() % 3 > 0 {
                let envelope = Self.envelope(number, bytes: Int(random.next() % 300))
                let size = (model + [envelope]).reduce(0) { $0 + $1.estimatedBytes }
                let fits = model.isEmpty || size <= 3_000
                let isAdded = queue.add(envelope)
                #expect(isAdded == fits, "\(random)")
                if fits { model.append(envelope) }
            } else {
                let taken = queue.take(bytes: Int(random.next() % 800))
                #expect(taken == Array(model.prefix(taken.count)), "\(random)")
                model.removeFirst(taken.count)
            }
            #expect(queue.count == model.count)
            #expect(queue.bytes == model.reduce(0) { $0 + $1.estimatedBytes }, "\(random)")
        }
    }

    @Test func `the wait doubles from 50 ms to 2 s, and at least half of it is kept`() {
        var backoff = Backoff()
        let longest = (0..<8).map { _ in backoff.next(random: .max).nanoseconds / 1_000_000 }
        #expect(longest.max() ?? 0 <= 2_000)
        backoff.reset()
        let shortest = (0..<8).map { _ in backoff.next(random: 0).nanoseconds / 1_000_000 }
        #expect(shortest == [25, 50, 100, 200, 400, 800, 1_000, 1_000])
        var random = TestRandom()
        for _ in 0..<1_000 {
            backoff.reset()
            let wait = backoff.next(random: random.next())
            #expect((TimeAmount.milliseconds(25)...Backoff.minimum).contains(wait))
        }
    }

    @Test func `a deaf peer costs a bounded queue and is given up`() async throws {
        let peer = TestHost.member(2)
        let hello = Greeting.hello(
            Hello(
                cluster: TestHost.cluster, sender: peer, receiver: TestHost.member(1),
                lane: .ordered, address: nil, role: "deaf"))
        let listener = try await RawListener(sending: RawSocket.frame(hello), isDeaf: true)
        let host = try await TestHost(1) {
            // More than the system takes in: something waits, whichever thread is faster.
            $0.options.queueBytesMaximum = 16 << 20
            $0.options.stallTimeout = .milliseconds(100)
            $0.options.greetingTimeout = .seconds(20)
        }
        host.transport.setPeers([peer: listener.address])
        await host.lines.line("connected to a peer")
        for number in 1...2_000 as ClosedRange<UInt64> {
            host.transport.send([host.envelope(number, to: peer, bytes: 100_000)])
            let queued = host.transport.statistics.peers[peer]?.queuedBytes ?? 0
            #expect(queued <= 16 << 20)
        }
        #expect(host.transport.statistics.peers[peer]?.droppedEnvelopes ?? 0 > 500)
        await host.lines.line("nothing that is written gets through")
        try await host.close()
        try await listener.close()
    }

    @Test func `what was sent while a peer was dialled arrives, before what came later`()
        async throws
    {
        let first = try await TestHost(1)
        let second = try await TestHost(2)
        first.setPeer(second)
        for number in 1...100 as ClosedRange<UInt64> {
            first.transport.send([first.envelope(number, to: second.member)])
        }
        #expect(await second.received.wait(count: 100).map(\.number) == (1...100).map { $0 })
        try await first.close()
        try await second.close()
    }

    @Test func `to a peer that is not there everything is dropped and counted`() async throws {
        let host = try await TestHost(1)
        let gone = try await TestHost(2)
        try await gone.close()
        host.setPeer(gone)
        await host.lines.line("no connection to a peer")
        host.transport.send([host.envelope(1, to: gone.member)])
        let statistics = host.transport.statistics.peers[gone.member]
        #expect(statistics?.queuedBytes == 0 || statistics?.droppedEnvelopes == 0)
        try await host.close()
    }

    @Test func `nobody is sent what is for this host or a stranger`() async throws {
        let host = try await TestHost(1)
        host.transport.send([
            host.envelope(1, to: host.member), host.envelope(2, to: TestHost.member(8)),
        ])
        #expect(host.transport.statistics.peers.isEmpty)
        try await host.close()
    }
}
