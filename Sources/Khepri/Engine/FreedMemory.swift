#if canImport(Glibc)
import Glibc
#endif

/// Memory that was freed and that the allocator keeps for later.
package enum FreedMemory {
    /// For less it is not worth the time.
    static let byteCountMinimum = 4 << 20

    /// Gives it back to the system, where there is a call for it.
    ///
    /// The allocator is locked meanwhile, some milliseconds for each 100 MB in use: for moments at
    /// which nobody waits.
    package static func giveBack() {
        #if canImport(Glibc)
        _ = trimHeap(0)
        #endif
    }
}

#if canImport(Glibc)
/// `malloc_trim` of glibc, which the module does not export.
@_silgen_name("malloc_trim")
private func trimHeap(_ keptByteCount: Int) -> CInt
#endif
