import Khepri
import RaftRuntime
import RaftStorage
import SimulationKit

/// Opens a store after something happened to its disk, and says what is wrong.
struct StoreCheck: Sendable {
    /// The calls that were not refused, in the order in which they were begun.
    private let calls: [(number: Int, entry: StoreHistory.Entry)]
    /// What the store holds after the first so many of them.
    private let models: [TreeModel]
    private let pictures: [TreePicture]

    init(_ history: StoreHistory) {
        var calls: [(number: Int, entry: StoreHistory.Entry)] = []
        var models = [TreeModel()]
        for (number, entry) in history.entries.enumerated() {
            if case .failed(let error) = entry.answer, !error.mayHaveBeenApplied { continue }
            calls.append((number, entry))
            var model = models[models.count - 1]
            try? model.apply(entry.call)
            models.append(model)
        }
        self.calls = calls
        self.models = models
        pictures = models.map(\.picture)
    }

    /// What is wrong with the disk of a machine whose store ended at a moment, or nil.
    ///
    /// All that was acknowledged by then must be there, a call without an answer wholly or not at
    /// all and only after those before it; and the store must work on.
    func complaint(
        about host: SimulatedHost, in world: SimulatedWorld, at moment: StoreHistory.Moment
    ) -> String? {
        do {
            let (store, picture, revision) = try openWhenPossible(host, in: world)
            let possible = possibleCounts(at: moment)
            guard let count = possible.first(where: { pictures[$0] == picture }) else {
                let difference = picture.difference(from: pictures[possible.upperBound])
                return "\(possible) calls, \(difference ?? "")"
            }
            if let acknowledged = revisions(at: moment).max(), revision < acknowledged {
                return "revision \(revision), acknowledged \(acknowledged)"
            }
            host.disk.setCapacity(nil)
            return try complaintOfGoingOn(store, host, world, models[count])
        } catch {
            return "\(error)"
        }
    }

    /// Opens the store, with more space if it asks for it.
    private func openWhenPossible(
        _ host: SimulatedHost, in world: SimulatedWorld
    ) throws -> (store: TreeStore, picture: TreePicture, revision: UInt64) {
        do {
            return try open(host, in: world)
        } catch StoreError.Code.storageFull {
            host.disk.setCapacity(nil)
            return try open(host, in: world)
        }
    }

    /// Opens the store and reads everything.
    private func open(
        _ host: SimulatedHost, in world: SimulatedWorld
    ) throws -> (store: TreeStore, picture: TreePicture, revision: UInt64) {
        let store = try world.run { try await host.openStore() }
        store.checkInvariants()
        let view = store.view
        return (store, try TreePicture(view), view.revision.rawValue)
    }

    /// How many of the calls may have been applied by a moment.
    private func possibleCounts(at moment: StoreHistory.Moment) -> ClosedRange<Int> {
        let begun = calls.prefix { $0.number < moment.begun }
        let acknowledged = begun.lastIndex { isAcknowledged($0.entry, at: moment) }
        return (acknowledged.map { $0 + 1 } ?? 0)...begun.count
    }

    private func revisions(at moment: StoreHistory.Moment) -> [UInt64] {
        calls.compactMap { call in
            guard isAcknowledged(call.entry, at: moment),
                case .done(let revision) = call.entry.answer
            else { return nil }
            return revision
        }
    }

    private func isAcknowledged(
        _ entry: StoreHistory.Entry, at moment: StoreHistory.Moment
    ) -> Bool {
        guard case .done = entry.answer, let number = entry.answerNumber else { return false }
        return number < moment.answered
    }

    /// Writes something, loses power, opens again, and closes.
    private func complaintOfGoingOn(
        _ store: TreeStore, _ host: SimulatedHost, _ world: SimulatedWorld, _ model: TreeModel
    ) throws -> String? {
        var model = model
        let calls: [StoreCall] = [
            .put(["after", "x"], "1"), .batch([.put(["a", "z"], "2"), .delete(["own", "0"])]),
        ]
        for call in calls {
            _ = try world.run { try await call.perform(on: store) }
            try model.apply(call)
        }
        host.cutPower { _ in false }
        let (again, picture, _) = try open(host, in: world)
        if let difference = picture.difference(from: model.picture) {
            return "after going on: \(difference)"
        }
        try world.run { try await again.close() }
        let findings = try DirectoryVerifier.verify(host.directory, disk: host.disk)
        let faults = findings.filter { $0.severity != .note }
        return faults.isEmpty ? nil : "the closed directory: \(faults)"
    }
}
