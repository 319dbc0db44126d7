import CBOR
import KhepriTree

/// Arguments and answers of procedures, as values of the store.
enum ProcedureCoding {
    static func argument<Argument: Decodable>(
        _ payload: Payload?, of procedure: String
    ) throws -> Argument {
        if let argument = payload as? Argument { return argument }
        do {
            return try CBORDecoder().decode(Argument.self, from: payload?.bytes ?? [0xF6])
        } catch {
            throw StoreError(
                .valueCoding,
                "the argument of \(procedure) is no \(Argument.self): \(CodingFault.text(of: error))",
                cause: error)
        }
    }

    static func payload<Value: Encodable>(
        of value: Value, of procedure: String
    ) throws -> Payload {
        if let payload = value as? Payload { return payload }
        do {
            return Payload(validated: try CBOREncoder().encode(value))
        } catch {
            throw StoreError(
                .valueCoding,
                "cannot write the \(Value.self) for \(procedure): \(CodingFault.text(of: error))",
                cause: error)
        }
    }

    static func answer<Answer: Decodable>(
        _ payload: Payload, of procedure: String
    ) throws -> Answer {
        if let payload = payload as? Answer { return payload }
        do {
            return try CBORDecoder().decode(Answer.self, from: payload.bytes)
        } catch {
            throw StoreError(
                .valueCoding,
                "\(procedure) was carried out, but its answer is no \(Answer.self): "
                    + "\(CodingFault.text(of: error))",
                cause: error, mayHaveBeenApplied: true)
        }
    }
}
