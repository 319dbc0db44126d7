package import RaftCore
package import RaftRuntime

/// Registers of whole numbers, with the trail that checkers need: a digest of all that was applied.
package final class RegisterMachine: StateMachine {
    package struct Contents: Sendable, Hashable {
        package var registers: [Int: Int] = [:]
        /// Depends on each command and its index, in order.
        package var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    }

    /// A command, as bytes: operation, then four numbers of eight bytes.
    package struct Command: Sendable, Hashable {
        package var number: UInt64
        package var key: Int
        /// What the register has to hold; nil for anything.
        package var expected: Expectation?
        package var new: Int

        package enum Expectation: Sendable, Hashable {
            case empty
            case content(Int)
        }

        package var bytes: [UInt8] {
            LittleNumbers.encode([number, UInt64(key), expectationCode, UInt64(new)])
        }

        private var expectationCode: UInt64 {
            switch expected {
            case nil: 0
            case .empty: 1
            case .content(let content): UInt64(content) + 2
            }
        }

        package init(number: UInt64, key: Int, expected: Expectation? = nil, new: Int) {
            self.number = number
            self.key = key
            self.expected = expected
            self.new = new
        }

        init(_ bytes: [UInt8]) {
            let fields = LittleNumbers.decode(bytes)
            precondition(fields.count == 4, "a command has four numbers")
            number = fields[0]
            key = Int(fields[1])
            expected =
                switch fields[2] {
                case 0: nil
                case 1: .empty
                case let code: .content(Int(code) - 2)
                }
            new = Int(fields[3])
        }
    }

    package let machineVersion: UInt32 = 1
    private let contents = Lock(Contents())
    private let onApply: @Sendable (LogIndex, UInt64, UInt64) -> Void

    /// - Parameter onApply: Told of each command's index and number, and the digest after it.
    package init(onApply: @escaping @Sendable (LogIndex, UInt64, UInt64) -> Void) {
        self.onApply = onApply
    }

    package var state: Contents { contents.withLock { $0 } }

    package func content(of key: Int) -> Int? { contents.withLock { $0.registers[key] } }

    package func willApplyBatch() {}

    package func apply(
        _ commands: ArraySlice<LogEntry>, areLocal: Bool, into outputs: inout [Bool]
    ) {
        for entry in commands {
            let command = Command(entry.payload)
            let (isDone, digest) = contents.withLock { contents in
                contents.note(entry)
                return (contents.apply(command), contents.digest)
            }
            onApply(entry.index, command.number, digest)
            outputs.append(isDone)
        }
    }

    package func didApplyBatch(through index: LogIndex) {}

    package func capture() -> any SnapshotSource { RegisterSource(state) }

    package func load(from reader: any SnapshotReader) throws -> Contents {
        var bytes: [UInt8] = []
        while let chunk = try reader.next() { bytes += chunk }
        let fields = LittleNumbers.decode(bytes)
        guard let digest = fields.first else { throw LogDeviceError(.corrupt, "no state") }
        var loaded = Contents()
        loaded.digest = digest
        for place in stride(from: 1, to: fields.count - 1, by: 2) {
            loaded.registers[Int(fields[place])] = Int(fields[place + 1])
        }
        return loaded
    }

    package func replace(by loaded: Contents) { contents.withLock { $0 = loaded } }

    package func encode(_ output: Bool) -> [UInt8] { [output ? 1 : 0] }

    package func output(decoding bytes: [UInt8]) throws -> Bool {
        guard bytes.count == 1 else { throw LogDeviceError(.invalid, "expected one byte") }
        return bytes[0] == 1
    }
}

extension RegisterMachine.Contents {
    /// Adds an entry to the digest (FNV-1a).
    mutating func note(_ entry: LogEntry) {
        for byte in LittleNumbers.encode([entry.index.rawValue]) + entry.payload {
            digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
    }

    mutating func apply(_ command: RegisterMachine.Command) -> Bool {
        switch command.expected {
        case .empty where registers[command.key] != nil: return false
        case .content(let content) where registers[command.key] != content: return false
        default: break
        }
        registers[command.key] = command.new
        return true
    }
}

/// The state of the registers as bytes: the digest, then keys and contents.
private final class RegisterSource: SnapshotSource {
    private let rest: Lock<ArraySlice<UInt8>>

    init(_ contents: RegisterMachine.Contents) {
        let pairs = contents.registers.sorted { $0.key < $1.key }
        let fields = pairs.flatMap { [UInt64($0.key), UInt64($0.value)] }
        rest = Lock(LittleNumbers.encode([contents.digest] + fields)[...])
    }

    func next(byteLimit: Int) throws -> [UInt8]? {
        rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(byteLimit) }
            return Array(rest.prefix(byteLimit))
        }
    }
}

/// Numbers of eight bytes, little-endian.
enum LittleNumbers {
    static func encode(_ numbers: [UInt64]) -> [UInt8] {
        numbers.flatMap { number in
            (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
    }

    static func decode(_ bytes: [UInt8]) -> [UInt64] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << ($1 * 8) }
        }
    }
}
