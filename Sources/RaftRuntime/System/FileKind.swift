#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a path of the file system names.
///
/// It is here because in modules that import NIO the compiler cannot tell which one `stat` belongs to.
package enum FileKind: Sendable {
    case missing, file, directory, other

    /// What a path names that the user gave; a link stands for what it leads to.
    package init(at path: String) {
        var status = stat()
        self = stat(path, &status) == 0 ? FileKind(status.st_mode) : .missing
    }

    /// What a name in an open directory is; a link is neither a file nor a directory.
    package init(of name: UnsafePointer<CChar>, in directory: Int32) {
        var status = stat()
        let code = fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW)
        self = code == 0 ? FileKind(status.st_mode) : .missing
    }

    private init(_ mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        default: self = .other
        }
    }
}
