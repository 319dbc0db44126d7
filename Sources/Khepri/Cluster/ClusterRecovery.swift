extension TreeStore {
    /// Opens the store of a member whose fellow voters are lost for ever, and makes it the only one.
    ///
    /// What others had acknowledged and this one had not received is lost. None of the others may ever
    /// be started again with its directory: they would go on with the lost history. Hosts with new
    /// directories can be added afterwards.
    /// - Throws: ``StoreError``, as ``open(at:configuration:)``.
    public static func recoverAsSingleMember(
        at directory: String, configuration: StoreConfiguration = .init()
    ) async throws -> TreeStore {
        var environment = HostEnvironment()
        environment.recoversAsSoleVoter = true
        return try await open(
            at: directory, configuration: configuration, environment: environment)
    }
}
