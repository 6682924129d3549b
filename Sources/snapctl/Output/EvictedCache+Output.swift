import Primitives
import SnapshotEngine

extension EvictedCache.Object {
  /// The `object` object.
  func json(_ isDryRun: Bool) -> JSONValue {
    .object(
      "object",
      [
        "object": .string(key), "bytes": .count(bytes), "used": .time(used), "removed": .boolean(!isDryRun),
      ])
  }

  func text(_ isDryRun: Bool) -> String {
    "\(Printable.string(key))  \(Amount.bytes(bytes))  \(isDryRun ? "would go" : "removed"), last of use \(used.text)"
  }
}

extension EvictedCache {
  /// The `evicted` object of a cache.
  func json(_ cache: String) -> JSONValue {
    .object(
      "evicted",
      [
        "cache": .string(cache), "removed": .count(objects.count), "bytesFreed": .count(bytesFreed),
        "bytesKept": .count(bytesKept), "protected": .count(protected),
      ])
  }

  func text(_ cache: String, _ isDryRun: Bool) -> String {
    let count = Amount.count(UInt64(objects.count), "object")
    let stays = protected == 0 ? "" : "; \(protected) kept or being copied"
    return """
      \(Printable.string(cache)): \(count) \(isDryRun ? "would go" : "removed"), \(Amount.bytes(bytesFreed)), \
      \(Amount.bytes(bytesKept)) stay\(stays)
      """
  }
}
