#if KHEPRI_MUTANTS
/// A bug that another library has had, put in on purpose to see whether the tests find it.
///
/// Only a build with `KHEPRI_MUTANTS` in its environment has them. `RaftOptions.mutant` gives one to a
/// server by itself, the environment variable `KHEPRI_MUTANT` of a process to all hosts in it.
package enum Mutant: String, CaseIterable, Codable, Sendable {
    // Of the core.
    case commitsOldTerms, promisesVote, countsOwnVoteEarly, countsOwnEntriesEarly, confirmsUnsynced
    case confirmsUnvalidated, keepsPromises, commitsUnseen, truncatesAlways, comparesIndexes
    case votesTwice, countsMessages, keepsConfiguration, changesAtOnce, forgetsOutgoing
    case countsLearners, countsItself, appliesUnsynced, readsLocally, readsEarly, readsByOldRounds
    case leasesForever, isDisloyal, neverRepairs, ignoresOutdated, staysWithoutQuorum
    case adoptsUnrecorded
    // Of the driver.
    case confirmsHandedOver, answersWithoutRound, appliesTwice, refusesUnknown, reusesNumbers
    case dropsNeeded, replacesEarly
    // Of the log and the snapshots.
    case forgetsFlush, forgetsDirectory, forgetsHardState, publishesUnflushed

    /// Which part has the bug.
    package enum Part: String, CaseIterable, Sendable {
        case core, driver, storage
    }

    package var part: Part {
        switch self {
        case .confirmsHandedOver, .answersWithoutRound, .appliesTwice, .refusesUnknown,
            .reusesNumbers, .dropsNeeded, .replacesEarly:
            .driver
        case .forgetsFlush, .forgetsDirectory, .forgetsHardState, .publishesUnflushed: .storage
        default: .core
        }
    }

    /// What is wrong, and where the field had it.
    package var story: String {
        switch self {
        case .commitsOldTerms: "entries of earlier terms are committed by counting (Raft figure 8)"
        case .promisesVote: "a vote leaves before it is durable (thesis §3.8)"
        case .countsOwnVoteEarly: "a candidate counts its own vote before it is durable"
        case .countsOwnEntriesEarly:
            "a leader counts entries that its disk has not confirmed (etcd #14370)"
        case .confirmsUnsynced: "a follower confirms entries that its disk has not (Raft §5.3)"
        case .confirmsUnvalidated: "a follower confirms what this term's leader never showed it"
        case .keepsPromises: "a truncation takes back nothing of earlier writes (Ra 39490978)"
        case .commitsUnseen: "a follower commits beyond what a message showed it (Ra #508)"
        case .truncatesAlways:
            "every message truncates the log after its entries (async-raft 9540c904)"
        case .comparesIndexes: "the longer log wins, whatever its term (async-raft a48a3282)"
        case .votesTwice: "votes are given to everybody who asks (Raft §5.2)"
        case .countsMessages: "votes are counted by message, not by voter (Ra)"
        case .keepsConfiguration: "a truncation leaves the configuration in force (Ra 82e5ca2f)"
        case .changesAtOnce: "voters are replaced at once, not by two majorities (thesis §4.1)"
        case .forgetsOutgoing: "the new voters alone decide a change (async-raft 6c0ccaf3)"
        case .countsLearners: "a learner counts like a voter (async-raft beb0302b)"
        case .countsItself: "a leader counts itself although it is being removed (Ra)"
        case .appliesUnsynced: "what is committed is applied before it is durable (TiKV #17868)"
        case .readsLocally: "a follower answers reads by itself (thesis §6.4)"
        case .readsEarly: "reads are served before a commit of the leader's term (etcd #7331)"
        case .readsByOldRounds: "an echo from before a read confirms it (etcd #20418)"
        case .leasesForever: "a lease never ends while its leader believes in itself"
        case .isDisloyal: "votes are given although a leader was just heard (thesis §4.2.3)"
        case .neverRepairs: "what was sent is taken for received and never sent again"
        case .ignoresOutdated: "a member ahead in terms is not answered (etcd, pre-vote)"
        case .staysWithoutQuorum: "a leader without a quorum goes on leading (openraft #2080)"
        case .adoptsUnrecorded: "a snapshot is acknowledged before its record is durable"
        case .confirmsHandedOver:
            "the driver calls durable what it has handed to the log (etcd #14370)"
        case .answersWithoutRound: "a read is answered without a round (thesis §6.4)"
        case .appliesTwice:
            "the entry after a snapshot is applied twice after a restart (Ra ffe3016a)"
        case .refusesUnknown: "a command whose fate is unknown is called not applied"
        case .reusesNumbers: "the numbers of forwarded commands are used again (etcd #20418)"
        case .dropsNeeded: "the log drops what only it has (Ra #589)"
        case .replacesEarly: "a snapshot replaces the state before its place in the log is durable"
        case .forgetsFlush: "batches are acknowledged before the flush (etcd #14370)"
        case .forgetsDirectory: "new names are not made durable after a rename (Ra #170)"
        case .forgetsHardState: "a restart forgets term and vote (dragonboat #256)"
        case .publishesUnflushed: "a snapshot gets its name before it is flushed (Ra #170)"
        }
    }
}
#endif
