internal import Primitives
internal import SnapshotFormat

/// Where the content of a base file stands, found by anchors: places that the bytes themselves choose, and that move
/// with them when a file has shifted.
///
/// - An anchor is a place behind which a rolling hash of the 64 bytes before has a number of zero bits: one in 2 KiB,
///   fewer in files above 256 MiB, so that the table stays within `anchorCountMax`.
/// - What stands in several places is no anchor.
final class AnchorTable: Sendable {
  /// Neighbouring chunks of the base, and the part of them that a chunk is like.
  struct Match: Sendable {
    let chain: [BaseChunk]
    /// Where the part begins in the concatenated chunks. It ends with the chunk, or with them.
    let start: Int
  }

  private static let anchorCountMax = 1 << 17
  private static let chunkCountMax = 1 << 16
  private static let bitCountMin = 11
  /// How many anchors must agree before bytes are read for them.
  private static let voteCountMin = 2

  private let mask: UInt64
  private let anchors: [UInt64: UInt64?]
  private let chunks: [BaseChunk]

  /// Reads all of a file of the base once; nil for one with more chunks than are kept in memory.
  ///
  /// Cost: what decoding the file costs, and one pass over its bytes.
  init?(_ file: FileContent, at path: RelativePath, in base: BaseReader, jobs: Int) throws(StoreError) {
    guard file.chunkCount <= AnchorTable.chunkCountMax else { return nil }
    var placed: [BaseChunk] = []
    var offset: UInt64 = 0
    try base.manifest.forEachReference(of: file) { reference throws(StoreError) in
      placed.append(BaseChunk(path: path, offset: offset, reference: reference))
      offset += UInt64(reference.byteCount)
    }
    let bits = AnchorTable.bitCount(byteCount: offset)
    mask = ~0 << UInt64(64 - bits)
    chunks = placed
    var finder = AnchorFinder(mask: mask)
    var found: [UInt64: UInt64?] = [:]
    for window in placed.batches(of: AnchorTable.batchCount * jobs) {
      let read = try Parallel.map(window.batches(of: AnchorTable.batchCount), jobs: jobs) { batch throws(StoreError) in
        try base.chunks(batch)
      }
      for bytes in read.joined() {
        finder.pass(bytes) { hash, place in
          guard found.count < AnchorTable.anchorCountMax || found[hash] != nil else { return }
          found[hash] = .some(found[hash] == nil ? place : nil)
        }
      }
    }
    anchors = found
  }

  private static let batchCount = 16

  private static func bitCount(byteCount: UInt64) -> Int {
    var bits = bitCountMin
    while byteCount >> UInt64(bits) > UInt64(anchorCountMax) { bits += 1 }
    return bits
  }

  /// The part of the base that most anchors of the chunk point to.
  func match(_ chunk: [UInt8], at offset: UInt64) -> Match? {
    var votes: [Int64: Int] = [:]
    var finder = AnchorFinder(mask: mask)
    finder.pass(chunk) { hash, place in
      // The hash begins with the chunk: what stands before the first 64 bytes is not in it.
      guard place >= AnchorFinder.window, let before = anchors[hash] ?? nil else { return }
      votes[Int64(before) - Int64(offset + place), default: 0] += 1
    }
    // The smaller shift wins a tie, so that the same input gives the same patch.
    let best = votes.max { ($0.value, -$0.key.magnitudeOrdered) < ($1.value, -$1.key.magnitudeOrdered) }
    guard let best, best.value >= AnchorTable.voteCountMin else { return nil }
    let start = max(0, Int64(offset) + best.key)
    return match(from: UInt64(start), byteCount: chunk.count)
  }

  private func match(from start: UInt64, byteCount: Int) -> Match? {
    let end = start + UInt64(byteCount)
    guard let first = firstChunk(behind: start) else { return nil }
    let chain = chunks[first...].prefix { $0.offset < end }.prefix(Limits.baseChunkCount)
    return Match(chain: Array(chain), start: Int(start - chunks[first].offset))
  }

  /// The chunk in which `place` lies.
  private func firstChunk(behind place: UInt64) -> Int? {
    var (low, high) = (0, chunks.count)
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].offset + UInt64(chunks[middle].reference.byteCount) <= place {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < chunks.count ? low : nil
  }
}

extension Int64 {
  /// Small shifts before large ones, those to the front before those to the back.
  fileprivate var magnitudeOrdered: Int64 { self < 0 ? -2 &* self &- 1 : 2 &* self }
}

/// Finds the anchors in bytes that come piece by piece.
struct AnchorFinder {
  static let window: UInt64 = 64

  private let mask: UInt64
  private var hash: UInt64 = 0
  private var offset: UInt64 = 0

  init(mask: UInt64) {
    self.mask = mask
  }

  /// Calls `body` with the hash and the place of each anchor in the next piece.
  mutating func pass(_ bytes: [UInt8], _ body: (UInt64, UInt64) -> Void) {
    var hash = hash
    // Safe: a byte indexes 256 values.
    unsafe ContentDefinedCutter.gear.withUnsafeBufferPointer { gear in
      for (index, byte) in bytes.enumerated() {
        hash = unsafe (hash << 1) &+ gear[Int(byte)]
        if hash & mask == 0 { body(hash, offset + UInt64(index) + 1) }
      }
    }
    self.hash = hash
    offset += UInt64(bytes.count)
  }
}
