package import RaftStorage
import RaftRuntime

extension StoreHost {
    /// Checks every byte of a closed directory, its log and its snapshots, and changes nothing.
    ///
    /// - Returns: What is not as it should be; nothing for a directory without fault.
    /// - Throws: ``StoreError`` `.locked` while a process has it open, `.cannotOpen` if there is
    ///   none or it cannot be read.
    package static func verify(at directory: String) async throws -> [StorageFinding] {
        let environment = HostEnvironment()
        do {
            return try await environment.runBlocking {
                try DirectoryVerifier.verify(directory, disk: environment.disk)
            }
        } catch let error as LogDeviceError {
            throw StoreError(opening: directory, error)
        }
    }
}
