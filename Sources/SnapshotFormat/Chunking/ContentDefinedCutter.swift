internal import Primitives

/// Finds the ends of content-defined chunks (formats/manifest.md §6 "Profiles").
package enum ContentDefinedCutter {
  package static let byteCountMin = 16_384
  package static let byteCountTarget = 65_536
  package static let byteCountMax = 262_144
  private static let window = 64
  private static let maskBelowTarget: UInt64 = 0xFFFF_C000_0000_0000
  private static let maskAboveTarget: UInt64 = 0xFFFC_0000_0000_0000

  /// One 64-bit value for each byte value: the start of SHA-256("snapshot gear" ‖ byte).
  package static let gear: [UInt64] = (0...255).map { byte in
    Digest.of(Array("snapshot gear".utf8) + [UInt8(byte)]).words[0]
  }

  /// The byte count of the chunk that begins at the start of `bytes`, which hold all that is left of the file, or at
  /// least `byteCountMax`.
  package static func firstChunk(of bytes: RawSpan) -> Int {
    let end = min(bytes.byteCount, byteCountMax)
    guard end > byteCountMin else { return end }
    // Safe: `position` stays below `end`, which is within the span, and a byte indexes 256 values.
    return unsafe bytes.withUnsafeBytes { source in
      unsafe gear.withUnsafeBufferPointer { gear in
        var hash: UInt64 = 0
        var position = byteCountMin - window
        while position < end {
          hash = unsafe (hash << 1) &+ gear[Int(source[position])]
          position += 1
          let mask = position < byteCountTarget ? maskBelowTarget : maskAboveTarget
          if position >= byteCountMin, hash & mask == 0 { return position }
        }
        return end
      }
    }
  }
}
