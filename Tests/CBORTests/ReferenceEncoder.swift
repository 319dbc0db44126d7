import CBOR

/// A naive deterministic encoder, straight from RFC 8949, that shares no code with the module.
enum ReferenceEncoder {
    static func encode(_ value: CBORValue) -> [UInt8] {
        switch value {
        case .null: [0xF6]
        case .boolean(let value): [value ? 0xF5 : 0xF4]
        case .unsigned(let value): head(0, value)
        case .negative(let value): head(1, UInt64(-1 - value))
        case .double(let value): double(value)
        case .bytes(let bytes): head(2, UInt64(bytes.count)) + bytes
        case .text(let text): head(3, UInt64(text.string.utf8.count)) + Array(text.string.utf8)
        case .array(let elements):
            head(4, UInt64(elements.count)) + elements.flatMap { encode($0) }
        case .map(let entries):
            head(5, UInt64(entries.count))
                + entries
                .map { (encode(.text($0.key)), encode($0.value)) }
                .sorted { $0.0.lexicographicallyPrecedes($1.0) }
                .flatMap { $0.0 + $0.1 }
        }
    }

    private static func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
        let bigEndian = (0..<8).map { UInt8(truncatingIfNeeded: argument >> (56 - 8 * $0)) }
        switch argument {
        case 0..<24: return [major << 5 | UInt8(argument)]
        case 24..<256: return [major << 5 | 24] + bigEndian.suffix(1)
        case 256..<65536: return [major << 5 | 25] + bigEndian.suffix(2)
        case 65536..<4_294_967_296: return [major << 5 | 26] + bigEndian.suffix(4)
        default: return [major << 5 | 27] + bigEndian
        }
    }

    private static func double(_ value: Double) -> [UInt8] {
        if value.isNaN { return [0xF9, 0x7E, 0x00] }
        if let half = half(value) { return [0xF9, UInt8(half >> 8), UInt8(half & 0xFF)] }
        if Double(Float(value)) == value {
            let bits = Float(value).bitPattern
            return [0xFA] + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) }
        }
        return [0xFB] + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (56 - 8 * $0)) }
    }

    /// Looks the value up among all half-precision numbers.
    private static func half(_ value: Double) -> UInt16? {
        halves[value.bitPattern]
    }

    private static let halves: [UInt64: UInt16] = {
        var table: [UInt64: UInt16] = [:]
        for bits in UInt16.min ... .max {
            let exponent = Int(bits >> 10 & 31)
            let fraction = Double(bits & 1023) / 1024
            var magnitude =
                exponent == 0
                ? fraction * 0x1p-14
                : Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
            if exponent == 31 { magnitude = bits & 1023 == 0 ? .infinity : .nan }
            if magnitude.isNaN { continue }
            table[(bits < 0x8000 ? magnitude : -magnitude).bitPattern] = bits
        }
        return table
    }()
}
