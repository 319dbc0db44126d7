import CBOR

extension RaftMessage.Content {
    var kind: RaftMessage.Kind {
        switch self {
        case .preVoteRequest: .preVoteRequest
        case .preVoteReply: .preVoteReply
        case .voteRequest: .voteRequest
        case .voteReply: .voteReply
        case .append: .append
        case .appendReply(let reply):
            if case .accepted = reply.outcome { .accepted } else { .rejected }
        case .snapshot: .snapshot
        case .snapshotReply: .snapshotReply
        case .timeoutNow: .timeoutNow
        case .readRequest: .readRequest
        case .readReply: .readReply
        case .outdated: .outdated
        }
    }

    /// Reads the fields of a message whose kind is known.
    init(_ kind: RaftMessage.Kind, from reader: inout CBORReader) throws {
        guard kind != .append else {
            let fields = try MessageFields(entriesFrom: &reader)
            self = .append(
                AppendRequest(
                    previous: try fields.position(0), runs: fields.runs,
                    configurations: fields.configurations, byteCount: try fields.byteCount(3),
                    commit: try fields.index(4), round: try fields.round()))
            return
        }
        self = try Self.read(kind, MessageFields(from: &reader))
    }

    private static func read(_ kind: RaftMessage.Kind, _ fields: MessageFields) throws -> Self {
        switch kind {
        case .preVoteRequest: return .preVoteRequest(try claim(fields))
        case .voteRequest: return .voteRequest(try claim(fields))
        case .preVoteReply:
            let term = Term(try fields.number(0))
            return .preVoteReply(PreVoteReply(term: term, isGranted: fields.truth(1)))
        case .voteReply: return .voteReply(isGranted: fields.truth(1))
        case .accepted:
            let outcome = AppendReply.Outcome.accepted(
                durable: try fields.index(0), validated: try fields.index(1))
            return .appendReply(AppendReply(round: try fields.round(), outcome: outcome))
        case .rejected:
            let outcome = AppendReply.Outcome.rejected(
                previous: try fields.index(0), hint: try fields.position(1))
            return .appendReply(AppendReply(round: try fields.round(), outcome: outcome))
        case .snapshot:
            return .snapshot(
                SnapshotChunk(
                    position: try fields.position(0),
                    configuration: try fields.requiredConfiguration(),
                    offset: try fields.number(2), byteCount: try fields.byteCount(3),
                    isLast: fields.truth(4), round: try fields.round()))
        case .snapshotReply:
            return .snapshotReply(
                SnapshotReply(
                    position: try fields.position(0), offset: try fields.number(2),
                    round: try fields.round()))
        case .timeoutNow: return .timeoutNow
        case .readRequest: return .readRequest(ForwardedRead(try fields.number(0)))
        case .readReply:
            return .readReply(
                ForwardedRead(try fields.number(0)), at: fields.optionalNumber(1).map(LogIndex.init)
            )
        case .append, .outdated: return .outdated
        }
    }

    private static func claim(_ fields: MessageFields) throws -> VoteRequest {
        VoteRequest(last: try fields.position(0), isTransfer: fields.truth(1))
    }

    func writeFields(to writer: inout CBORWriter) {
        switch self {
        case .preVoteRequest(let request), .voteRequest(let request):
            writer.writeFields([.position(0, request.last), .truth(1, request.isTransfer)])
        case .preVoteReply(let reply):
            writer.writeFields([.number(0, reply.term.rawValue), .truth(1, reply.isGranted)])
        case .voteReply(let isGranted): writer.writeFields([.truth(1, isGranted)])
        case .append(let request): request.writeFields(to: &writer)
        case .appendReply(let reply): reply.writeFields(to: &writer)
        case .snapshot(let chunk):
            writer.writeFields([
                .position(0, chunk.position), .configuration(1, chunk.configuration),
                .number(2, chunk.offset), .number(3, UInt64(chunk.byteCount)),
                .truth(4, chunk.isLast), .number(5, chunk.round.rawValue),
            ])
        case .snapshotReply(let reply):
            writer.writeFields([
                .position(0, reply.position), .number(2, reply.offset),
                .number(5, reply.round.rawValue),
            ])
        case .readRequest(let number): writer.writeFields([.number(0, number.rawValue)])
        case .readReply(let number, let index):
            let place = index.map { [Field.number(1, $0.rawValue)] } ?? []
            writer.writeFields([.number(0, number.rawValue)] + place)
        case .timeoutNow, .outdated: writer.writeFields([])
        }
    }
}

extension AppendReply {
    fileprivate func writeFields(to writer: inout CBORWriter) {
        switch outcome {
        case .accepted(let durable, let validated):
            writer.writeFields([
                .number(0, durable.rawValue), .number(1, validated.rawValue),
                .number(5, round.rawValue),
            ])
        case .rejected(let previous, let hint):
            writer.writeFields([
                .number(0, previous.rawValue), .position(1, hint), .number(5, round.rawValue),
            ])
        }
    }
}

extension AppendRequest {
    fileprivate func writeFields(to writer: inout CBORWriter) {
        let entries = configurations.isEmpty ? [] : [Field.configurations(2, configurations)]
        writer.writeFields(
            [.position(0, previous), .runs(1, runs)] + entries + [
                .number(3, UInt64(byteCount)), .number(4, commit.rawValue),
                .number(5, round.rawValue),
            ])
    }
}

/// A field to be written.
private enum Field {
    case number(UInt64, UInt64)
    case truth(UInt64, Bool)
    case position(UInt64, LogPosition)
    case configuration(UInt64, Configuration)
    case runs(UInt64, [AppendRequest.Run])
    case configurations(UInt64, [AppendRequest.ConfigurationEntry])
}

extension CBORWriter {
    fileprivate mutating func writeFields(_ fields: [Field]) {
        writeMapHeader(fields.count)
        for field in fields { write(field) }
    }

    private mutating func write(_ field: Field) {
        switch field {
        case .number(let key, let number):
            writeUnsigned(key)
            writeUnsigned(number)
        case .truth(let key, let truth):
            writeUnsigned(key)
            writeBoolean(truth)
        case .position(let key, let position):
            writeUnsigned(key)
            position.write(to: &self)
        case .configuration(let key, let configuration):
            writeUnsigned(key)
            configuration.write(to: &self)
        case .runs(let key, let runs):
            writeUnsigned(key)
            writeArrayHeader(runs.count)
            for run in runs {
                writeArrayHeader(2)
                writeUnsigned(run.term.rawValue)
                writeUnsigned(UInt64(run.count))
            }
        case .configurations(let key, let entries):
            writeUnsigned(key)
            writeArrayHeader(entries.count)
            for entry in entries {
                writeArrayHeader(2)
                writeUnsigned(entry.index.rawValue)
                entry.configuration.write(to: &self)
            }
        }
    }
}
