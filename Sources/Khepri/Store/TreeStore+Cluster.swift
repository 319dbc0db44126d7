extension TreeStore {
    /// The members of the store.
    public var cluster: Cluster { Cluster(engine: engine, host: host) }
}
