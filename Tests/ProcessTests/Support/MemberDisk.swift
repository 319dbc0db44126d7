import Foundation

/// The file system that holds the data of one member.
struct MemberDisk {
    enum Kind {
        /// A directory of the machine's own file system.
        case shared
        /// A file system in memory, of so many MiB.
        case small(Int)
        /// An ext4 file system in a file, of so many MiB, whose power can be cut; takes a real root.
        case image(Int)
    }

    /// EXT4_IOC_SHUTDOWN, and its flag that flushes nothing: what was not flushed before is lost.
    private static let shutdownRequest: UInt = 0x8004_587D
    private static let shutdownWithoutFlush: UInt32 = 2

    let kind: Kind
    /// Where it is mounted.
    let place: String
    private var image: String { place + ".image" }
    private var ballast: String { place + "/ballast" }

    init(_ kind: Kind, at place: String) async throws {
        self.kind = kind
        self.place = place
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        if case .image(let size) = kind {
            try await Tool.run("truncate", "--size=\(size)M", image)
            try await Tool.run("mkfs.ext4", "-q", image)
        }
        try await mount()
    }

    func mount() async throws {
        switch kind {
        case .shared: break
        case .small(let size):
            try await Tool.run("mount", "-t", "tmpfs", "-o", "size=\(size)m", "tmpfs", place)
        case .image: try await Tool.run("mount", "-o", "loop", image, place)
        }
    }

    func unmount() async throws {
        if case .shared = kind { return }
        try await Tool.run("umount", place)
    }

    /// Uses up what is left.
    func fill() throws {
        let place = URL(fileURLWithPath: ballast)
        try Data().write(to: place)
        let file = try FileHandle(forWritingTo: place)
        defer { try? file.close() }
        for size in [1 << 16, 1 << 12] {
            let block = Data(count: size)
            while (try? file.write(contentsOf: block)) != nil {}
        }
    }

    /// Gives back what ``fill()`` used up.
    func free() throws { try FileManager.default.removeItem(atPath: ballast) }

    /// Lets whoever writes wait, for an image.
    func freeze() async throws { try await Tool.run("fsfreeze", "--freeze", place) }

    /// Ends what ``freeze()`` began.
    func thaw() async throws { try await Tool.run("fsfreeze", "--unfreeze", place) }

    /// Ends the file system as a power cut would: it fails from now on, and what was not flushed is gone.
    func cutPower() throws {
        let directory = open(place, O_RDONLY)
        defer { close(directory) }
        var flag = Self.shutdownWithoutFlush
        guard ioctl(directory, Self.shutdownRequest, &flag) == 0 else {
            throw Tool.Failure(description: "the power of \(place) stays on: error \(errno)")
        }
    }
}
