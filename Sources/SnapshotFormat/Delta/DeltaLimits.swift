/// The limits of deltas (formats/delta.md §8) and what a writer aims at.
package enum DeltaLimits {
  package static let byteCount = 64 << 20
  package static let operationCount = 1_048_576
  package static let batchByteCount = 4 << 20
  package static let batchColumnsByteCount = 4 << 20
  package static let batchOperationCount = 65_536
  package static let headerFieldsByteCount = 1_024
  package static let runByteCount = 128
  /// Preamble and header block are never more than this.
  package static let headByteCount = 2_048
  /// Footer and seal are never more than this.
  package static let tailByteCount = 4_096

  /// A writer ends a batch here: one more operation of any size still fits below the limit.
  static let batchAim = 2 << 20
  /// A writer ends a delta here: another batch, the footer and the seal still fit.
  static let deltaAim = byteCount - 2 * batchByteCount
  static let alignment = 64
}

extension Int {
  /// The next multiple of `alignment`, this number included.
  func roundedUp(to alignment: Int) -> Int {
    (self + alignment - 1) / alignment * alignment
  }
}
