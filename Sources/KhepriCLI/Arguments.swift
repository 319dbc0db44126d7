import CBOR
import Foundation
import Khepri
import KhepriTree

/// Turns arguments into values, with an error that names the place and the rule.
enum Arguments {
    static func path(_ text: String) throws -> TreePath {
        do {
            return try TreePath(text)
        } catch {
            throw ProgramExit(.usage, "\(error)")
        }
    }

    static func pattern(_ text: String) throws -> TreePattern {
        do {
            return try TreePattern(text)
        } catch {
            throw ProgramExit(.usage, "\(error)")
        }
    }

    static func payload(_ json: String) throws -> Payload {
        do {
            return try Payload(json: json)
        } catch {
            throw ProgramExit(.usage, "\(error); write --text for a value that is not JSON")
        }
    }
}

extension Payload {
    /// The contents of a text or byte string, nil for other payloads.
    var rawBytes: [UInt8]? {
        switch try? CBORValue(decoding: bytes) {
        case .text(let text): Array(text.string.utf8)
        case .bytes(let bytes): bytes
        default: nil
        }
    }
}

/// The standard output, for bytes that are not lines of text.
enum StandardOutput {
    static func write(_ bytes: [UInt8]) {
        FileHandle.standardOutput.write(Data(bytes))
    }
}
