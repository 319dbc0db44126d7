import Khepri
import Logging
import RaftCore
import RaftRuntime
import RaftStorage

// Processes: how they begin and end.
extension ClusterRun {
    /// Starts a member's process with what is on its disk.
    func start(_ member: ClusterMember) {
        if plan.plant == .noFlush { member.disk.ignoreFlushes() }
        member.start { life in
            let process = StoreProcess(life: life, disk: member.disk, clock: member.clock)
            process.open(configuration, environment(of: member, process), on: executor)
            return process
        }
        wake(member)
    }

    private var configuration: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.timeout = .seconds(2)
        configuration.spansRegions = plan.spansRegions
        configuration.logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        return configuration
    }

    private func environment(
        of member: ClusterMember, _ process: StoreProcess
    ) -> HostEnvironment {
        var environment = HostEnvironment()
        environment.disk = member.disk
        environment.clock = member.clock
        environment.wallClock = member.clock
        environment.entropy = member.entropy
        environment.attendant = { process.attend($0) }
        environment.adjust = { [plan] in plan.adjust(&$0, &$1) }
        environment.logWrapper = { [plan, witness] log in
            guard let identity = process.identity else { return log }
            // What a process begins with is durable: the log has written its tail again.
            witness.recovered(DurableState(of: process.disk)?.groups ?? [:], by: identity)
            let isHasty = plan.plant == .earlyAcknowledgement
            return witness.watch(isHasty ? HastyLog(log) : log, of: identity)
        }
        environment.cluster = HostCluster(
            name: member.name, joining: invitation,
            connect: { [network, details = member.details] _, identity in
                process.note(identity: identity)
                return HostCluster.Connection(
                    transport: network.transport(of: identity), details: details)
            }, membersChanged: { _ in }, disconnect: {})
        return environment
    }

    /// Ends a member's process, and starts another one later.
    func end(_ member: ClusterMember, cuttingPower: Bool) {
        guard let process = member.end(cuttingPower: cuttingPower, &random) else { return }
        if let identity = member.identity { network.disconnect(identity) }
        clients.abandon(member: member.number)
        transactions.abandon(member: member.number)
        tenants.abandon(member: member.number)
        triggers.abandon(member: member.number)
        projections.abandon(member: member.number)
        watchers.abandon(member: member.number)
        bury(process)
        if isHealed {
            repair(.start(member: member.number), within: 100_000)
        } else {
            repair(.start(member: member.number), within: 3_000_000)
        }
    }

    func bury(_ process: StoreProcess?) {
        guard let process, !process.bury(on: executor) else { return }
        fail("a process does not come to its end")
    }

    /// A member's store cannot be opened.
    func opened(_ member: ClusterMember, _ error: StoreError) {
        trace.note(.refused, clock.now(), member.number, 0, "\(error)")
        end(member, cuttingPower: false)
        if member.isDamaged { return replaceDisk(of: member) }
        let isOfDisk = [.storageFull, .storageFailed, .cannotOpen].contains(error.code)
        guard isOfDisk, !plan.faults.isDisjoint(with: ClusterPlan.diskFaults) else {
            return fail("\(member.name) cannot be opened: \(error)")
        }
    }

    /// Puts an empty disk into a machine without a process; who it was is no more.
    func replaceDisk(of member: ClusterMember) {
        let lost = member.replaceDisk(keepingIdentity: plan.plant == .keptIdentity)
        if let lost { witness.lost(lost) }
    }

    /// Whether a majority of voters has what it acknowledged without this member, whichever of the
    /// configurations is in force that may be: while one of two voters is being removed, both are needed.
    func mayLose(_ member: ClusterMember) -> Bool {
        // What the steward asks for may be in force at any moment, and a new store founded.
        guard !steward.isBusy, !keeper.isBusy, areStoresInStep else { return false }
        let sound = Set(
            members.filter { $0 !== member && !$0.isDamaged }.compactMap(\.identity))
        return members.flatMap(\.knownConfigurations).allSatisfy { configuration in
            // Who is to be promoted may be a voter at any moment, and before the others that are.
            let next =
                configuration.voters + configuration.promotable.filter { !sound.contains($0) }
            return [configuration.voters, configuration.outgoing, next].allSatisfy { voters in
                voters.isEmpty || voters.count { sound.contains($0) } * 2 > voters.count
            }
        }
    }

    /// Whether the members of all stores are those of the one that they follow, as far as anybody knows.
    private var areStoresInStep: Bool {
        guard plan.faults.contains(.stores) else { return true }
        let hasOpenedAll = members.allSatisfy { member in
            member.host.map { $0.storeNames.count == $0.openStores.count } ?? true
        }
        return hasOpenedAll && Set(members.flatMap(\.knownConfigurations).map(\.voters)).count == 1
    }

    /// Whether somebody may be a member of a store.
    func mayBeMember(_ identity: MemberID) -> Bool {
        members.filter { $0.identity != identity }.flatMap(\.knownConfigurations)
            .contains { $0.allMembers.contains(identity) }
    }
}
