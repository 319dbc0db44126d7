import ArgumentParser
import CBOR
import Khepri
import KhepriTree

/// Turns arguments into values, with an error that names the place and the rule.
enum Arguments {
    static func path(_ text: String) throws -> TreePath {
        do {
            return try TreePath(text)
        } catch {
            throw malformed(text, error)
        }
    }

    static func pattern(_ text: String) throws -> TreePattern {
        do {
            return try TreePattern(text)
        } catch {
            throw malformed(text, error)
        }
    }

    /// Names the argument; a long one by its beginning.
    private static func malformed(_ text: String, _ error: any Error) -> ProgramExit {
        let place = text.count > 60 ? text.prefix(59) + "…" : text
        let reason = (error as? PathError).map { error in
            error.message + (error.position.map { ", at byte \($0)" } ?? "")
        }
        return ProgramExit(.usage, "'\(place)': \(reason ?? "\(error)")")
    }

    static func payload(_ value: CBORValue) throws -> Payload {
        do {
            return try Payload(value)
        } catch {
            throw ProgramExit(.usage, "\(error)")
        }
    }

    static func payload(json: String) throws -> Payload {
        do {
            return try Payload(json: json)
        } catch {
            throw ProgramExit(.usage, "\(error); write --text for a value that is not JSON")
        }
    }

    /// Refuses a number below the least that an option takes.
    static func expect(_ option: String, atLeast minimum: Int, found number: Int?) throws {
        guard let number, number < minimum else { return }
        throw ValidationError("expected \(option) of at least \(minimum), found \(number)")
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
