/// The limits of the formats.
package enum CBORLimit {
    /// Arrays and maps may be nested this deep; a scalar alone has depth 0.
    package static let depthMaximum = 64
}
