/// How much a tier does at once.
package enum TierLimits {
  /// Bytes one read returns. No object of the format is larger than half of it.
  package static let readByteCountMax = 64 << 20
  /// Keys one listing returns.
  package static let listCountMax = 100_000
  /// Bytes of an object that is copied into a cache: the largest pack there may be.
  package static let objectByteCountMax = 32 << 20
}
