/// The shortest of the three CBOR forms that keeps a number's value (RFC 8949 §4.2.1 and §4.2.2).
///
/// Half precision is computed from bits, because `Float16` is missing on Intel Macs.
enum ShortestFloat {
    case half(UInt16)
    case single(UInt32)
    case double(UInt64)

    /// The half-precision bits of the one NaN.
    static let nan: UInt16 = 0x7E00

    init(_ value: Double) {
        if let half = Self.half(value) {
            self = .half(half)
            return
        }
        let single = Float(value)
        self = Double(single) == value ? .single(single.bitPattern) : .double(value.bitPattern)
    }

    /// The size of the number without the initial byte.
    var byteCount: Int {
        switch self {
        case .half: 2
        case .single: 4
        case .double: 8
        }
    }

    /// The number with these half-precision bits.
    static func value(half: UInt16) -> Double {
        let sign: Double = half & 0x8000 == 0 ? 1 : -1
        let exponent = Int(half >> 10 & 0x1F)
        let fraction = UInt64(half & 0x3FF)
        switch exponent {
        case 0:
            return sign * Double(fraction) * 0x1p-24
        case 31:
            return fraction == 0 ? sign * .infinity : .nan
        default:
            return sign * Double(bitPattern: UInt64(exponent - 15 + 1023) << 52 | fraction << 42)
        }
    }

    /// The half-precision bits, nil when they cannot hold the value.
    private static func half(_ value: Double) -> UInt16? {
        if value.isNaN { return nan }
        let bits = value.bitPattern
        let sign = UInt16(bits >> 63) << 15
        if value == 0 { return sign }
        if value.isInfinite { return sign | 0x7C00 }
        let exponent = Int(bits >> 52 & 0x7FF) - 1023
        guard exponent >= -24, exponent <= 15 else { return nil }
        // Below 2^-14 the leading one becomes part of the fraction.
        let isNormal = exponent >= -14
        let shift = isNormal ? 42 : 28 - exponent
        let significand = bits & 0xF_FFFF_FFFF_FFFF | (isNormal ? 0 : 1 << 52)
        guard significand & (1 << UInt64(shift) - 1) == 0 else { return nil }
        let biased = isNormal ? UInt16(exponent + 15) << 10 : 0
        return sign | biased | UInt16(significand >> UInt64(shift))
    }
}
