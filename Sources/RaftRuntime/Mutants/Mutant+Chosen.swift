#if KHEPRI_MUTANTS
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
package import RaftCore

extension Mutant {
    /// The bug that the hosts of this process have.
    package static let chosen: Mutant? = getenv("KHEPRI_MUTANT").flatMap {
        Mutant(rawValue: String(cString: $0))
    }
}
#endif
