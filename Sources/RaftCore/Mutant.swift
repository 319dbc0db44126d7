#if KHEPRI_MUTANTS
/// A bug that another Raft library has had, put in on purpose to see whether the tests find it.
///
/// Only a build with `KHEPRI_MUTANTS` in its environment has them; `RaftOptions.mutant` chooses one.
package enum Mutant: String, CaseIterable, Codable, Sendable {
    /// Entries of earlier terms are committed by counting (Raft figure 8).
    case commitsOldTerms
    /// A vote leaves before it is durable (thesis §3.8).
    case promisesVote
    /// A candidate counts its own vote, and asks for others, before it is durable.
    case countsOwnVoteEarly
    /// A leader counts entries that its disk has not confirmed (etcd #14370).
    case countsOwnEntriesEarly
    /// A follower confirms entries that its disk has not (Raft §5.3).
    case confirmsUnsynced
    /// A follower confirms entries that this term's leader has not (guard 12b).
    case confirmsUnvalidated
    /// A truncation takes back nothing of what earlier writes promise (Ra 39490978).
    case keepsPromises
    /// A follower commits beyond what a message showed it (Ra #508).
    case commitsUnseen
    /// Every message truncates the log after its entries (async-raft 9540c904).
    case truncatesAlways
    /// The longer log wins, whatever its term (async-raft a48a3282).
    case comparesIndexes
    /// Votes are given to everybody who asks.
    case votesTwice
    /// Votes are counted by message, not by voter (Ra).
    case countsMessages
    /// A truncation leaves the configuration in force (Ra 82e5ca2f).
    case keepsConfiguration
    /// Voters are replaced at once, without a joint configuration (thesis §4.1).
    case changesAtOnce
    /// A quorum of the new voters alone decides during a change.
    case forgetsOutgoing
    /// A learner counts like a voter.
    case countsLearners
    /// A leader counts itself although it is being removed (Ra seeds its own index).
    case countsItself
    /// What is committed is applied before it is durable here (TiKV #17868).
    case appliesUnsynced
    /// A follower answers reads by itself.
    case readsLocally
    /// Reads are served before an entry of the leader's term is committed (etcd #7331).
    case readsEarly
    /// An echo from before a read confirms it (etcd #20418).
    case readsByOldRounds
    /// A lease never ends while its leader believes that it leads.
    case leasesForever
    /// Votes are given although a leader was just heard, and leases rely on it.
    case isDisloyal
    /// What was sent is taken for received, and never sent again (guard 54).
    case neverRepairs
    /// A member ahead in terms is not answered (guard 45).
    case ignoresOutdated
    /// A leader without a quorum goes on leading (openraft #2080).
    case staysWithoutQuorum
    /// A received snapshot is acknowledged before its record is durable (guard 29).
    case adoptsUnrecorded
}
#endif
