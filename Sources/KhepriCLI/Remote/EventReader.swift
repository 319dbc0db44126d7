/// An event of a server, as WHATWG HTML §9.2 writes it.
struct ServerSentEvent: Equatable, Sendable {
    /// What kind of event it is; `message` when nothing is said.
    var kind = "message"
    /// What a client names that goes on after this event; nil when it says nothing of it.
    var id: String?
    var data = ""
}

/// Reads events from bytes, however they are cut.
struct EventReader {
    private var line: [UInt8] = []
    private var event = ServerSentEvent()
    private var hasData = false

    /// Takes in some bytes and returns the events that end in them.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                if hasData { events.append(event) }
                event = ServerSentEvent()
                hasData = false
            } else {
                read(String(decoding: line, as: UTF8.self))
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func read(_ line: String) {
        let end = line.firstIndex(of: ":") ?? line.endIndex
        var value = end == line.endIndex ? "" : line[line.index(after: end)...]
        if value.hasPrefix(" ") { value = value.dropFirst() }
        switch line[..<end] {
        case "event": event.kind = String(value)
        case "id": event.id = String(value)
        case "data":
            event.data += (hasData ? "\n" : "") + value
            hasData = true
        default: break
        }
    }
}
