import Foundation

/// Which seeds run, where a process that traps can still find them.
///
/// A trap is a signal, and what runs then may neither allocate nor lock: so each job keeps the digits
/// of its seed in memory that is never moved.
///
/// It may be shared although nothing guards the text: a slot is written by its job alone, and whoever
/// reads is about to end the process.
final class RunningSeeds: @unchecked Sendable {
    static let shared = RunningSeeds()

    /// The digits of the greatest seed, and a space.
    private static let slotByteCount = 21
    private static let slotCount = 64
    private static let prefix = Array("\na trap while these seeds ran: ".utf8)
    private let text: UnsafeMutableBufferPointer<UInt8>

    private init() {
        let count = Self.prefix.count + Self.slotCount * Self.slotByteCount
        text = .allocate(capacity: count)
        text.initialize(repeating: UInt8(ascii: " "))
        for (place, byte) in Self.prefix.enumerated() { text[place] = byte }
        text[count - 1] = UInt8(ascii: "\n")
    }

    /// Says from here on which seeds ran when the process ends by a trap, unless Swift is to print a
    /// backtrace then.
    func watch() {
        let choice = ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] ?? "enable=no"
        guard choice.contains("enable=no") else { return }
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGSEGV, SIGFPE] {
            signal(number, sayLastWords)
        }
    }

    /// Notes that a job runs a seed.
    func note(_ seed: UInt64, job: Int) {
        let digits = Array("\(seed)".utf8)
        let start = Self.prefix.count + job % Self.slotCount * Self.slotByteCount
        for place in 0..<Self.slotByteCount - 1 {
            text[start + place] = place < digits.count ? digits[place] : UInt8(ascii: " ")
        }
    }

    fileprivate func say() { _ = write(STDERR_FILENO, text.baseAddress, text.count) }
}

/// What a trap calls; then the process ends by it.
private func sayLastWords(_ number: Int32) {
    RunningSeeds.shared.say()
    signal(number, SIG_DFL)
    raise(number)
}
