/// A length of time in words.
package enum SecondsText {
  /// In seconds, to a tenth: `30`, `0.5`.
  package static func of(nanoseconds: UInt64) -> String {
    let tenths = (nanoseconds + 50_000_000) / 100_000_000
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
