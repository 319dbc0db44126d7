import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What this process takes.
enum ProcessMemory {
    /// Memory in use now; on macOS the peak stands for it.
    static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return peakBytes }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The most memory that was in use; on Linux without what the parent had, which `getrusage` counts.
    static var peakBytes: Int {
        #if os(Linux)
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
        #else
        var usage = rusage()
        getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss
        #endif
    }

    /// Begins the peak anew with what is in use now; only Linux can be asked.
    static func forgetPeak() {
        #if os(Linux)
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        #endif
    }

    /// The sizes of all files in a directory and below.
    static func bytes(inDirectory directory: String) -> Int {
        let files = FileManager.default.enumerator(atPath: directory)?.allObjects ?? []
        return files.compactMap { $0 as? String }.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: directory + "/" + file)
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
    }

    /// Makes the system forget the contents of files, so that they are read from the disk again.
    ///
    /// Only Linux can be asked.
    static func forget(directory: String) {
        #if os(Linux)
        for file in FileManager.default.enumerator(atPath: directory)?.allObjects ?? [] {
            guard let file = file as? String else { continue }
            let descriptor = open(directory + "/" + file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            fsync(descriptor)
            posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_DONTNEED))
            close(descriptor)
        }
        #endif
    }

    /// The file of this program.
    static var executable: String {
        let link = "/proc/self/exe"
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) {
            return path
        }
        return CommandLine.arguments[0]
    }
}
