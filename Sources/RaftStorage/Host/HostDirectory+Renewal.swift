package import RaftCore
package import RaftRuntime

extension HostDirectory {
    /// How much of a state is in memory at once.
    private static var pieceBytes: Int { 1 << 20 }

    /// A group as it begins with a state.
    package struct Renewal {
        /// The group that ends with it; nil if it takes the place of none.
        package var former: GroupID?
        /// What people call it, before and afterwards.
        package var name: String
        /// The new group, and where its log begins.
        package var metadata: SnapshotMetadata
        /// What its log begins with.
        package var state: any SnapshotSource

        package init(
            former: GroupID?, name: String, metadata: SnapshotMetadata, state: any SnapshotSource
        ) {
            self.former = former
            self.name = name
            self.metadata = metadata
            self.state = state
        }
    }

    /// Lets groups begin anew with a state each, and the host as another member.
    ///
    /// Nobody is left whom members of the former groups know: not the groups, nor the host. First the
    /// host gets its name, so that it has no voice in the former groups any more; then one batch of the
    /// log replaces all groups at once. After a crash this is done, or the former groups have lost
    /// nothing and the directory opens only to do it again.
    ///
    /// The directory is to be closed afterwards, and opened again.
    /// - Throws: ``LogDeviceError``.
    package func renew(_ groups: [Renewal], as member: MemberID) throws {
        do {
            for group in groups { try publish(group) }
            var names = IdentityFile.Contents(
                identity: identity, member: member, interruption: .renewal)
            try IdentityFile.write(names, in: path, on: disk)
            try log.write(LogBatch(writes: groups.flatMap(\.writes)))
            names.interruption = nil
            try IdentityFile.write(names, in: path, on: disk)
            for group in groups.compactMap(\.former) { try snapshots.removeAll(of: group) }
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    /// Makes the state durable that a group begins with; the log has yet to name it.
    func publish(_ group: Renewal) throws {
        let writer = try snapshots.begin(group.metadata)
        while let bytes = try group.state.next(byteLimit: Self.pieceBytes) {
            try bytes.withUnsafeBytes { try writer.write($0) }
        }
        try writer.publish()
    }
}

extension HostDirectory.Renewal {
    var writes: [(group: GroupID, write: LogWrite)] {
        let position = metadata.position
        let beginning: [(group: GroupID, write: LogWrite)] = [
            (metadata.group, .openGroup(name: name)),
            (metadata.group, .hardState(term: position.term, vote: nil)),
            (metadata.group, .snapshot(position)),
        ]
        return beginning + (former.map { [($0, .deleteGroup)] } ?? [])
    }
}
