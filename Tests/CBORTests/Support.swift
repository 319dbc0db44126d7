import CBOR

/// The bytes that hexadecimal digits stand for.
func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hexadecimal digits of bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

/// The code of the error that a call throws, nil when it throws none.
func errorCode(_ body: () throws -> Void) -> CBORError.Code? {
    do {
        try body()
        return nil
    } catch let error as CBORError {
        return error.code
    } catch {
        fatalError("unexpected error \(error)")
    }
}
