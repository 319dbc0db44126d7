/// A tree with the index of its keep-while conditions, and the work of one command on them.
///
/// A command is one or more operations. All changes go through a few primitives that keep three
/// things true: versions grow at most once an operation, every change has a ``ChangeRecord``, and
/// the index knows all that is watched. An operation checks everything it can refuse before its
/// first write, so it need not undo anything; a command that can fail later asks for a restore
/// point, which is a copy of the tree in constant time.
struct TreeEditor: Sendable {
    var tree = Tree()
    var keepWhile = KeepWhileIndex()

    /// The revision of the present command.
    private(set) var revision = Revision.zero
    /// The number of the present operation in the command, from 1.
    private(set) var operation = 0
    /// What the command did so far, each node once.
    private(set) var records: [ChangeRecord] = []
    /// Where the record of a path is; filled only when there are many.
    private var recordNumbers: [TreePath: Int] = [:]

    /// The records of the nodes that the operation removed, each once; some may be there again.
    private(set) var removedInOperation: [Int] = []

    /// The number of the present round of keep-while evaluation in the command.
    private(set) var round = 0
    /// The records of the nodes that changed or went in this round.
    var changedInRound: [Int] = []
    /// Of these, the ones whose child list changed.
    var childListsInRound: [Int] = []
    /// The roots of the subtrees that went in this round.
    var removedInRound: [TreePath] = []

    /// How many nodes the command looked at.
    private(set) var visitCount = 0
    private(set) var visitLimit: Int?
    /// The tree as it was before the command, when that is kept.
    private var restorePoint: Tree?
    private var hasWritten = false
    /// Whether results list nodes.
    private(set) var wantsNodes = true

    /// Up to so many records are searched one after the other.
    private static let searchedRecordsMaximum = 8
}

extension TreeEditor {
    /// Begins a command.
    mutating func begin(at revision: Revision, visitLimit: Int?, wantsNodes: Bool) {
        self.revision = revision
        self.visitLimit = visitLimit
        self.wantsNodes = wantsNodes
    }

    /// Ends a command that succeeded, and returns what it changed.
    mutating func commit() -> ChangeSet {
        var changes = records.compactMap { $0.change() }
        if changes.count > 1 { changes.sort { $0.path < $1.path } }
        keepWhile.commit()
        clear()
        return ChangeSet(changes: changes)
    }

    /// Ends a command that failed, and undoes what it did.
    mutating func rollBack() {
        if let restorePoint {
            tree = restorePoint
            keepWhile.rollBack(to: tree)
        } else {
            precondition(!hasWritten, "an operation fails before it writes or has a restore point")
            keepWhile.commit()
        }
        clear()
    }

    private mutating func clear() {
        records.removeAll(keepingCapacity: records.count <= Self.searchedRecordsMaximum)
        if !recordNumbers.isEmpty { recordNumbers = [:] }
        removedInOperation.removeAll(keepingCapacity: true)
        changedInRound.removeAll(keepingCapacity: true)
        childListsInRound.removeAll(keepingCapacity: true)
        removedInRound.removeAll(keepingCapacity: true)
        operation = 0
        round = 0
        visitCount = 0
        restorePoint = nil
        hasWritten = false
    }

    /// Begins an operation of the command.
    mutating func beginOperation() {
        operation += 1
        removedInOperation.removeAll(keepingCapacity: true)
        beginRound()
    }

    /// Begins a round of keep-while evaluation.
    mutating func beginRound() {
        round += 1
        changedInRound.removeAll(keepingCapacity: true)
        childListsInRound.removeAll(keepingCapacity: true)
        removedInRound.removeAll(keepingCapacity: true)
        keepWhile.beginRound()
    }

    /// Makes it possible to fail after a write.
    mutating func keepRestorePoint() {
        precondition(!hasWritten, "a restore point is made before the first write")
        if restorePoint == nil { restorePoint = tree }
    }

    /// Makes it possible to exceed the limit of visits after a write, where there is one.
    ///
    /// Without watchers a write needs no more visits than were counted before it, beside at most
    /// one for each ancestor that goes with its last child. So only writes that somebody may watch
    /// pay for a restore point.
    mutating func prepareToWrite(at path: TreePath) {
        guard visitLimit != nil, restorePoint == nil, !hasWritten, !keepWhile.isUnused else {
            return
        }
        if keepWhile.mayBeWatched(path) || hasOwnConditions(upTo: path) { restorePoint = tree }
    }

    /// Whether a node on the way to a path has conditions other than the automatic one.
    private func hasOwnConditions(upTo path: TreePath) -> Bool {
        var node = tree.root
        for name in path.components {
            guard let child = tree.child(name, of: node) else { return false }
            if let set = child.keepWhileSet, set !== KeepWhileSet.reclaimed { return true }
            node = child
        }
        return false
    }

    /// How many more nodes the command may look at, nil for any number.
    var visitsLeft: Int? {
        guard let visitLimit, !hasWritten || restorePoint != nil else { return nil }
        return max(0, visitLimit - visitCount)
    }

    /// Refuses an operation, before its first write, that will look at so many more nodes.
    func expectVisits(_ count: Int) throws(Interruption) {
        if let left = visitsLeft, count > left { throw .visitLimitExceeded }
    }

    /// Counts nodes that the command looks at.
    mutating func visit(_ count: Int = 1) throws(Interruption) {
        let left = visitsLeft
        visitCount += count
        if let left, count > left { throw .visitLimitExceeded }
    }
}

extension TreeEditor {
    /// The record of a node, made if there is none; its images are up to date for this operation.
    mutating func touch(_ path: TreePath) -> Int {
        if let number = find(path) { return enterOperation(number) }
        return makeRecord(path, tree.withNode(at: path) { $0.map { NodeImage($0) } })
    }

    /// As ``touch(_:)``, for a node that was found, or just taken out of the tree.
    private mutating func touch(_ path: TreePath, _ node: TreeNode) -> Int {
        if let number = find(path) { return enterOperation(number) }
        return makeRecord(path, NodeImage(node))
    }

    private mutating func enterOperation(_ number: Int) -> Int {
        if records[number].operation != operation {
            records[number].operation = operation
            records[number].atOperationStart = records[number].current
        }
        return number
    }

    /// The record of a node, nil when the command did nothing to it.
    func find(_ path: TreePath) -> Int? {
        guard recordNumbers.isEmpty else { return recordNumbers[path] }
        return records.firstIndex { $0.path == path }
    }

    private mutating func makeRecord(_ path: TreePath, _ image: NodeImage?) -> Int {
        let number = records.count
        var record = ChangeRecord(path: path, image: image)
        record.operation = operation
        records.append(record)
        if !recordNumbers.isEmpty {
            recordNumbers[path] = number
        } else if records.count > Self.searchedRecordsMaximum {
            for (number, record) in records.enumerated() { recordNumbers[record.path] = number }
        }
        return number
    }
}

extension TreeEditor {
    /// Creates a node below one that exists; the node itself does not exist.
    mutating func create(_ path: TreePath, payload: Payload?, keepWhile set: KeepWhileSet? = nil) {
        guard let parent = path.parent else { preconditionFailure("the root always exists") }
        changeChildList(of: parent, by: 1)
        let number = touch(path)
        noteChange(of: number, from: nil)
        let image = NodeImage(createdAt: revision, payload: payload, keepWhile: set)
        records[number].current = image
        records[number].removed = nil
        records[number].creatingOperation = operation
        var fields = Tree.Fields(createdAt: revision, payload: payload?.bytes)
        fields.attachment = set
        tree.insert(path, fields, at: revision)
    }

    /// Sets or clears the payload of a node; an equal one changes nothing.
    ///
    /// - Returns: Whether there is such a node.
    @discardableResult
    mutating func setPayload(_ payload: Payload?, of path: TreePath) -> Bool {
        guard let node = tree.node(at: path) else { return false }
        guard !node.hasPayload(equalTo: payload) else { return true }
        hasWritten = true
        let number = touch(path, node)
        noteChange(of: number, from: node)
        records[number].keepPayload(as: node.payload.map { .copied($0) } ?? .none)
        guard var image = records[number].current else { return true }
        image.payloadVersion += 1
        image.modifiedRevision = revision.rawValue
        image.payloadState = payload.map { .copied($0) } ?? .none
        records[number].current = image
        write(number, payload.map { .set($0.bytes) } ?? .clear)
        return true
    }

    /// Replaces the keep-while set of a node that exists; no condition is tested because of it.
    mutating func setKeepWhile(_ set: KeepWhileSet?, of path: TreePath) {
        let number = touch(path)
        guard let former = records[number].current, former.keepWhile != set else { return }
        hasWritten = true
        if let old = former.keepWhile { keepWhile.remove(old, of: path) }
        records[number].current?.keepWhile = set
        write(number, .keep)
        if let set { keepWhile.add(set, of: path, in: tree) }
    }

    /// Removes a node that exists, with all below it.
    mutating func remove(_ path: TreePath, because reason: DeleteReason) throws(Interruption) {
        guard let parent = path.parent else { return }
        let descendantCount = tree.withNode(at: path) { $0?.descendantCount }
        guard let descendantCount else { return }
        try visit(descendantCount + 1)
        changeChildList(of: parent, by: -1)
        guard let removed = tree.remove(path, at: revision) else { return }
        removedInRound.append(path)
        forget(removed, at: path, because: reason, tree)
    }

    /// Notes that a node and all below it are gone; `reader` only gives access to their children.
    private mutating func forget(
        _ node: TreeNode, at path: TreePath, because reason: DeleteReason, _ reader: Tree
    ) {
        let number = touch(path, node)
        noteChange(of: number, from: node)
        records[number].keepPayload(as: .removed(node))
        guard var image = records[number].current else { return }
        if let set = image.keepWhile { keepWhile.remove(set, of: path) }
        if image.hasUnchangedPayload { image.payloadState = .removed(node) }
        records[number].removed = .init(image: image, node: node, reason: reason)
        records[number].current = nil
        if records[number].removingOperation != operation {
            records[number].removingOperation = operation
            removedInOperation.append(number)
        }
        reader.forEachChild(of: node) { name, child in
            forget(child, at: path.child(name), because: reason, reader)
            return true
        }
    }

    /// Notes that a child of a node appeared or went; the version grows once an operation.
    private mutating func changeChildList(of path: TreePath, by difference: Int) {
        hasWritten = true
        let number = touch(path)
        noteChange(of: number, from: keepWhile.hasPatterns ? tree.node(at: path) : nil)
        guard var image = records[number].current else { return }
        image.childCount = UInt64(Int(image.childCount) + difference)
        if records[number].childListOperation != operation {
            records[number].childListOperation = operation
            let isNew = records[number].creatingOperation == operation
            image.childListVersion += isNew ? 0 : 1
            image.childrenRevision = revision.rawValue
        }
        if records[number].childListRound != round {
            records[number].childListRound = round
            childListsInRound.append(number)
        }
        records[number].current = image
        write(number, .keep)
    }

    /// Notes that a node changes in this round; `node` is how it is before that.
    private mutating func noteChange(of number: Int, from node: TreeNode?) {
        guard records[number].round != round else { return }
        records[number].round = round
        changedInRound.append(number)
        if let node { keepWhile.discount(node, at: records[number].path) }
    }

    /// Writes the present image of a node into the tree.
    private mutating func write(_ number: Int, _ payload: Tree.Fields.PayloadEdit) {
        guard let image = records[number].current else { return }
        _ = tree.edit(records[number].path) { fields in
            image.write(to: &fields)
            fields.payload = payload
        }
    }
}

extension TreeNode {
    /// Whether this is the payload.
    func hasPayload(equalTo payload: Payload?) -> Bool {
        withPayload { present in
            guard let present, let payload else { return present == nil && payload == nil }
            return payload.bytes.withUnsafeBytes { $0.hasEqualBytes(present) }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are the same, eight at a time.
    fileprivate func hasEqualBytes(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset + 8 <= count {
            let left = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let right = other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard left == right else { return false }
            offset += 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset += 1
        }
        return true
    }
}
