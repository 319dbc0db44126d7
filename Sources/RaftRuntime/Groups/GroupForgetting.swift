import RaftCore

/// A group that the log shall know no more, and who waits until that is durable.
struct GroupForgetting: Sendable {
    let group: GroupID
    let completion: Completion<RequestFailure?>
}
