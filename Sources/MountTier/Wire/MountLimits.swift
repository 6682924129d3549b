internal import ObjectTier

/// The bounds of what a helper and its engine say to each other.
enum MountLimits {
  /// Requests under way at once; more wait for their turn.
  static let slotCount = 8
  /// What one request carries in memory, either way: the most a tier reads at once.
  static let slotByteCount = TierLimits.readByteCountMax
  /// Each slot's counter has a cache line of its own, before the slots.
  static let counterByteCount = 64
  static let headerByteCount = 4_096
  static let memoryByteCount = headerByteCount + slotCount * slotByteCount
  /// Of a slot so much stays in memory between two requests.
  static let keptByteCount = 20 << 20
  /// One message. A path and what belongs to it fit.
  static let messageByteCount = 8_192
  static let pathByteCount = 4_096
  static let keyByteCount = 1_024
  static let reasonByteCount = 1_024
  /// Bytes one system call of the helper moves: then it tells that bytes moved.
  static let pieceByteCount = 1 << 20
  /// For so long a look at an answer waits before it looks whether anything moved.
  static let lookMilliseconds: UInt64 = 100
}
