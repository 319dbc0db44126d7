import Foundation

#if canImport(CDispatch)
// Next to NIO, the compiler takes the types of the system headers for those of this module.
import CDispatch
#endif

/// What a path names that the user gave; a link stands for what it leads to.
enum FileKind {
    case missing, file, directory, other

    init(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self = .missing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        default: self = .other
        }
    }
}
