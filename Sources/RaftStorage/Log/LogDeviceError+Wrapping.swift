import RaftRuntime

extension LogDeviceError {
    /// The port's error for whatever storage code threw.
    init(wrapping error: any Error, path: String? = nil) {
        switch error {
        case let error as LogDeviceError:
            self = error
            self.path = error.path ?? path
        case let error as DiskError:
            self.init(
                Self.code(of: error), error.message, path: error.path, errno: error.errno)
        case let refusal as SegmentHeader.Refusal:
            self.init(refusal, path: path)
        default:
            self.init(.corrupt, "\(error)", path: path)
        }
    }

    private init(_ refusal: SegmentHeader.Refusal, path: String?) {
        switch refusal {
        case .notALogFile:
            self.init(.corrupt, "expected the header of a log file, found another", path: path)
        case .damaged:
            self.init(.corrupt, "the header's checksum is wrong", path: path)
        case .newerFormat(let version):
            let known = SegmentHeader.currentVersion
            self.init(
                .newerFormat, "expected format version \(known) or lower, found \(version)",
                path: path)
        }
    }

    private static func code(of error: DiskError) -> Code {
        if error.isOutOfSpace { return .full }
        if error.isPermission { return .permission }
        return error.isMissing ? .invalid : .failed
    }
}
