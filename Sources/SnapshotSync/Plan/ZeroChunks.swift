internal import Primitives

/// Knows chunks that are nothing but zeros, by their identity.
///
/// In a hole all chunks but the last have the greatest length that there is, or one of a grid: a few lengths, all of
/// them whole pages. A few more are remembered, and no others.
struct ZeroChunks {
  private static let pageByteCount = 4_096
  private static let countMax = 16
  private var ids: [Int: Digest] = [:]

  mutating func contain(_ id: Digest, byteCount: Int) -> Bool {
    guard byteCount % ZeroChunks.pageByteCount == 0 else { return false }
    if let known = ids[byteCount] { return known == id }
    guard ids.count < ZeroChunks.countMax else { return false }
    let zeros = Digest.of([UInt8](repeating: 0, count: byteCount).rawSpan)
    ids[byteCount] = zeros
    return zeros == id
  }
}
