import RaftStorage

/// Everything on a simulated disk; a value, so that a disk can be copied at any moment.
struct SimulatedDiskState {
    /// What a name stands for.
    enum Node: Hashable {
        case file(Int)
        case directory
    }

    /// A change of names that its directory was not flushed after.
    struct NameChange {
        let directory: String
        /// Names with what they stand for from here on, nil for nothing.
        let effects: [(path: String, node: Node?)]
        let text: String
    }

    private(set) var names: [String: Node] = ["/": .directory]
    private(set) var durableNames: [String: Node] = ["/": .directory]
    private(set) var nameChanges: [NameChange] = []
    private(set) var contents: [Int: SimulatedContent] = [:]
    private var nextInode = 1
    private var locked: Set<Int> = []
    /// Handles of an older generation were open when the power went.
    var generation = 0
    var capacity: Int?
    var ignoredFlushes: Set<IgnoredFlush> = []
    /// By the number of a call.
    var faults: [Int: DiskFault] = [:]
    var nextFaults: [DiskError.Operation: DiskFault] = [:]
    var isHalted = false
    /// Whether a write takes half of its bytes only.
    var isWriteHalved = false
    private(set) var calls: [DiskCall] = []

    /// The bytes of all files that have a name.
    var usedBytes: Int {
        names.values.reduce(0) { sum, node in
            guard case .file(let inode) = node else { return sum }
            return sum + content(of: inode).bytes.count
        }
    }

    mutating func count(_ call: DiskCall) {
        calls.append(call)
    }

    func content(of inode: Int) -> SimulatedContent { contents[inode] ?? SimulatedContent() }

    // MARK: Files

    mutating func open(_ path: String, _ mode: DiskOpenMode) throws -> Int {
        if case .create = mode {
            guard names[path] == nil else {
                throw DiskError(.open, path, errno: DiskFault.alreadyThere)
            }
            return try createFile(path)
        }
        guard case .file(let inode) = names[path] else {
            throw DiskError(.open, path, errno: DiskFault.missing)
        }
        return inode
    }

    mutating func write(
        _ bytes: UnsafeRawBufferPointer, to inode: Int, at offset: Int, path: String
    ) throws -> Int {
        let growth = max(0, offset + bytes.count - content(of: inode).bytes.count)
        var count = isWriteHalved ? bytes.count / 2 : bytes.count
        if let capacity, usedBytes + growth > capacity {
            count -= min(count, usedBytes + growth - capacity)
            guard count > 0 else { throw DiskError(.write, path, errno: DiskFault.noSpace) }
        }
        let taken = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        contents[inode]?.write(taken, at: offset)
        return count
    }

    mutating func resize(_ inode: Int, to size: Int, path: String) throws {
        let growth = size - content(of: inode).bytes.count
        if let capacity, growth > 0, usedBytes + growth > capacity {
            throw DiskError(.resize, path, errno: DiskFault.noSpace)
        }
        contents[inode]?.resize(to: size)
    }

    mutating func flush(_ inode: Int) {
        if !ignoredFlushes.contains(.ofFiles) { contents[inode]?.flush() }
    }

    mutating func dropUnflushed(_ path: String) {
        if case .file(let inode) = names[path] { contents[inode]?.dropUnflushed() }
    }

    mutating func replace(_ path: String, with bytes: [UInt8]) {
        guard case .file(let inode) = names[path] else { return }
        contents[inode]?.replace(with: bytes)
    }

    // MARK: Names

    mutating func makeDirectory(_ path: String) throws {
        guard names[path] == nil else {
            throw DiskError(.makeDirectory, path, errno: DiskFault.alreadyThere)
        }
        guard names[Self.parent(of: path)] == .directory else {
            throw DiskError(.makeDirectory, path, errno: DiskFault.missing)
        }
        change([(path, .directory)], "make directory \(path)")
    }

    mutating func rename(_ source: String, to target: String) throws {
        guard let node = names[source] else {
            throw DiskError(.rename, source, errno: DiskFault.missing)
        }
        change([(source, nil), (target, node)], "rename \(source) to \(target)")
    }

    mutating func remove(_ path: String) throws {
        guard case .file = names[path] else {
            throw DiskError(.remove, path, errno: DiskFault.missing)
        }
        change([(path, nil)], "remove \(path)")
    }

    mutating func synchronizeDirectory(_ directory: String) {
        guard !ignoredFlushes.contains(.ofDirectories) else { return }
        for change in nameChanges where change.directory == directory {
            apply(change, to: &durableNames)
        }
        nameChanges.removeAll { $0.directory == directory }
    }

    func children(of directory: String) -> [String] {
        names.keys.filter { $0 != "/" && Self.parent(of: $0) == directory }
            .map { String($0.dropFirst(directory == "/" ? 1 : directory.count + 1)) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    // MARK: Locks

    mutating func lock(_ path: String, isMade: Bool) throws -> Int? {
        let inode: Int
        switch names[path] {
        case .file(let existing): inode = existing
        case .directory: throw DiskError(.lock, path, errno: DiskFault.isDirectory)
        case nil where isMade: inode = try createFile(path)
        case nil: throw DiskError(.lock, path, errno: DiskFault.missing)
        }
        return locked.insert(inode).inserted ? inode : nil
    }

    mutating func releaseLock(_ inode: Int) {
        locked.remove(inode)
    }

    // MARK: Crash

    /// Cuts the power: what is not on the medium is gone but for what the choice keeps.
    mutating func crash(keeping isKept: (UnflushedItem) -> Bool) {
        for inode in contents.keys.sorted() {
            guard let content = contents[inode] else { continue }
            let kept = content.unflushedSectors.filter { isKept(.sector(file: inode, index: $0)) }
            let keepsSize = content.hasUnflushedSize && isKept(.size(file: inode))
            contents[inode]?.crash(keepingSectors: kept, keepingSize: keepsSize)
        }
        for change in nameChanges where isKept(.names(change.text)) {
            apply(change, to: &durableNames)
        }
        nameChanges = []
        dropOrphans()
        names = durableNames
        releaseHandles()
    }

    /// Ends the process: what was written stays in the cache.
    mutating func releaseHandles() {
        locked = []
        generation += 1
        isHalted = false
        faults = [:]
        // A name that is gone comes back if a power cut undoes the removal only.
        let changed = nameChanges.flatMap { $0.effects.compactMap(\.node) }
        let nodes = Array(names.values) + Array(durableNames.values) + changed
        let used = Set(
            nodes.compactMap { node -> Int? in
                guard case .file(let inode) = node else { return nil }
                return inode
            })
        contents = contents.filter { used.contains($0.key) }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "/" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Drops what is in a directory that did not survive.
    private mutating func dropOrphans() {
        while true {
            let orphans = durableNames.keys.filter {
                $0 != "/" && durableNames[Self.parent(of: $0)] != .directory
            }
            if orphans.isEmpty { return }
            for path in orphans { durableNames[path] = nil }
        }
    }

    private mutating func createFile(_ path: String) throws -> Int {
        guard names[Self.parent(of: path)] == .directory else {
            throw DiskError(.open, path, errno: DiskFault.missing)
        }
        let inode = nextInode
        nextInode += 1
        contents[inode] = SimulatedContent()
        change([(path, .file(inode))], "create \(path)")
        return inode
    }

    private mutating func change(_ effects: [(path: String, node: Node?)], _ text: String) {
        let directory = Self.parent(of: effects[0].path)
        let change = NameChange(directory: directory, effects: effects, text: text)
        apply(change, to: &names)
        nameChanges.append(change)
    }

    private func apply(_ change: NameChange, to names: inout [String: Node]) {
        for (path, node) in change.effects { names[path] = node }
    }
}
