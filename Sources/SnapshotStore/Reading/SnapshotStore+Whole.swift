internal import ObjectTier
package import Primitives
internal import SnapshotFormat

extension SnapshotStore {
  /// All bytes of a pack, checked by its own digest.
  ///
  /// - Throws: `.damage` when it is missing or does not verify.
  package func wholePack(_ name: UniqueName) throws(StoreError) -> [UInt8] {
    try whole(.pack(name), limit: Limits.packByteCount) { bytes throws(FormatError) in
      _ = try PackReader(bytes, expected: name)
    }
  }

  /// The bytes of an object that `check` passes; read again where a cache gave something else.
  func whole(
    _ key: ObjectKey, limit: Int, _ check: (RawSpan) throws(FormatError) -> Void
  ) throws(StoreError) -> [UInt8] {
    while true {
      let bytes: [UInt8]
      do throws(TierError) {
        bytes = try tier.read(key, limit: limit)
      } catch {
        throw StoreError(error, tier: tier)
      }
      do throws(FormatError) {
        try check(bytes.rawSpan)
        return bytes
      } catch {
        // At most twice: see `CachedTier.invalidate`.
        guard tier.invalidate(key) else { throw .damage(error, of: key, in: tier.location) }
      }
    }
  }
}
