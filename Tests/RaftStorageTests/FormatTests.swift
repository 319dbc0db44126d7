import Foundation
import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

/// The files in `Tests/Fixtures/format-v1` are what version 1 wrote; they are never changed.
@Suite("Format version 1")
struct FormatTests {
    private static let fixtures = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/format-v1")

    /// The files of a data directory but for the lock and the spares, by path in it.
    private func files(_ disk: SimulatedDisk) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for path in disk.paths where !path.hasSuffix("/lock") && !path.contains("/spare-") {
            files[String(path.dropFirst("/store/".count))] = disk.contents(of: path)
        }
        return files
    }

    private func fixture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.fixtures.appending(path: name)))
    }

    @Test func `what is written has the bytes of the fixtures`() throws {
        let written = files(try ExampleDirectory(isClosed: true).disk)
        #expect(written.count == 4)
        for (name, bytes) in written.sorted(by: { $0.key < $1.key }) {
            if ProcessInfo.processInfo.environment["KHEPRI_WRITE_FIXTURES"] == "1" {
                let url = Self.fixtures.appending(path: name)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: url, options: .withoutOverwriting)
            }
            #expect(try fixture(name) == bytes, "\(name)")
        }
    }

    @Test func `the fixtures can be read`() throws {
        let example = try ExampleDirectory(isClosed: true)
        let disk = SimulatedDisk()
        for directory in ["/store", "/store/log", "/store/snapshots"] {
            try disk.makeDirectory(directory)
        }
        for name in files(example.disk).keys.sorted() {
            try disk.open("/store/" + name, .create).close()
            disk.replaceContents(of: "/store/" + name, with: try fixture(name))
        }
        let opened = try HostDirectory.open(on: disk)
        #expect(example.model.complaint(about: opened.recovered) == nil)
        let group = try #require(opened.recovered[TestSettings.group])
        #expect(group.name == "default")
        #expect(group.term == Term(2))
        #expect(group.entries.map(\.index.rawValue) == Array(1...7))
        let reader = try #require(try opened.host.snapshots.openNewest(of: TestSettings.group))
        #expect(try reader.readAll() == example.snapshots[5])
    }
}
