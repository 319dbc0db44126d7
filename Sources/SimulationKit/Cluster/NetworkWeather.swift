/// How badly a simulated network behaves; chances are one in so many, zero is never.
package struct NetworkWeather: Sendable, Hashable {
    /// The longest way of an envelope, in microseconds.
    package var delayMaximum = 1_000
    package var losesOneIn = 0
    /// Messages of the core only: the port promises the rest at most once.
    package var repeatsOneIn = 0
    /// Messages of the core only: an envelope that others overtake.
    package var holdsBackOneIn = 0

    package init() {}

    /// A network without faults.
    package static let fair = NetworkWeather()
}
