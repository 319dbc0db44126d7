import Benchmark
import CBOR
import Foundation

/// A value of four fields, as stores hold many of.
private struct Account: Codable, Sendable {
    var name = "Alice Example"
    var isActive = true
    var balance = 1234
    var rate = 0.125
}

/// Values with their encoded forms, made once.
private struct Samples: Sendable {
    let account = Account()
    let accounts = [Account](repeating: Account(), count: 100)
    let cbor: [UInt8]
    let json: Data
    let manyCBOR: [UInt8]
    let manyJSON: Data

    init() throws {
        cbor = try CBOREncoder().encode(account)
        json = try JSONEncoder().encode(account)
        manyCBOR = try CBOREncoder().encode(accounts)
        manyJSON = try JSONEncoder().encode(accounts)
    }
}

// Pairs: ours first, then Foundation's JSON on the same value.
let benchmarks: @Sendable () -> Void = {
    guard let samples = try? Samples() else { preconditionFailure("the samples can be encoded") }
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .instructions], scalingFactor: .kilo)

    Benchmark("Encode an integer, CBOR") { benchmark in
        for number in benchmark.scaledIterations { blackHole(try CBOREncoder().encode(number)) }
    }
    Benchmark("Encode an integer, JSON") { benchmark in
        for number in benchmark.scaledIterations { blackHole(try JSONEncoder().encode(number)) }
    }
    Benchmark("Encode 4 fields, CBOR") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try CBOREncoder().encode(samples.account)) }
    }
    Benchmark("Encode 4 fields, JSON") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try JSONEncoder().encode(samples.account)) }
    }
    Benchmark("Decode 4 fields, CBOR") { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(try CBORDecoder().decode(Account.self, from: samples.cbor))
        }
    }
    Benchmark("Decode 4 fields, JSON") { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(try JSONDecoder().decode(Account.self, from: samples.json))
        }
    }
    Benchmark("Encode 100 structs, CBOR", configuration: .init(scalingFactor: .one)) { _ in
        blackHole(try CBOREncoder().encode(samples.accounts))
    }
    Benchmark("Encode 100 structs, JSON", configuration: .init(scalingFactor: .one)) { _ in
        blackHole(try JSONEncoder().encode(samples.accounts))
    }
    Benchmark("Decode 100 structs, CBOR", configuration: .init(scalingFactor: .one)) { _ in
        blackHole(try CBORDecoder().decode([Account].self, from: samples.manyCBOR))
    }
    Benchmark("Decode 100 structs, JSON", configuration: .init(scalingFactor: .one)) { _ in
        blackHole(try JSONDecoder().decode([Account].self, from: samples.manyJSON))
    }
    Benchmark("Parse JSON text to CBOR", configuration: .init(scalingFactor: .one)) { _ in
        blackHole(try JSONParser.cbor(from: Array(samples.manyJSON)))
    }
}
