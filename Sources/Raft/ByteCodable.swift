import CBOR

/// A value that has bytes, and is made of them again.
///
/// A type that is `Codable` needs nothing more: its bytes are CBOR.
public protocol ByteCodable: Sendable {
    /// The bytes; the same value may have different ones.
    var encoded: [UInt8] { get }

    /// Makes the value that the bytes are of.
    ///
    /// - Throws: If they are those of no value; any bytes may come.
    init(encoded bytes: [UInt8]) throws
}

extension ByteCodable where Self: Codable {
    /// The value as CBOR.
    ///
    /// - Precondition: `encode(to:)` throws nothing, and nothing is nested deeper than CBOR may be.
    public var encoded: [UInt8] {
        do { return try CBOREncoder().encode(self) } catch {
            preconditionFailure("a \(Self.self) cannot be encoded: \(error)")
        }
    }

    /// Reads the CBOR of a value.
    public init(encoded bytes: [UInt8]) throws {
        self = try CBORDecoder().decode(Self.self, from: bytes)
    }
}
