import Foundation
import Primitives
import SnapshotFormat

/// Sparse patches (formats/patch.md §1) with other parameters than the engine's, which are 4, 16, 4 and 1 MiB.
struct PatchTrial {
  let step: Int
  let gap: Int
  let level: Int32
  let groupByteCount: Int

  private(set) var patchCount = 0
  /// Bytes of all patches, before they are compressed.
  private(set) var byteCount = 0
  private(set) var compressedByteCount = 0
  /// CPU time of compressing them.
  private(set) var seconds = 0.0
  /// Chunks of which seven eighths or more would stand in the patch.
  private(set) var fullCount = 0
  private var group: [UInt8] = []

  init(step: Int, gap: Int, level: Int32, groupByteCount: Int) {
    self.step = step
    self.gap = gap
    self.level = level
    self.groupByteCount = groupByteCount
  }

  mutating func run(from old: String, to new: String) throws {
    let (old, new) = (
      [UInt8](try Data(contentsOf: URL(filePath: old))), [UInt8](try Data(contentsOf: URL(filePath: new)))
    )
    for start in stride(from: 0, to: new.count, by: ChunkProfile.gridByteCount) {
      let end = start + ChunkProfile.gridByteCount
      let chunk = new.rawSpan.extracting(start..<min(end, new.count))
      let base = old.rawSpan.extracting(min(start, old.count)..<min(end, old.count))
      if !chunk.isSame(as: base) { add(patch(chunk, base), ofChunk: chunk.byteCount) }
    }
    compress()
  }

  private mutating func add(_ patch: [UInt8], ofChunk chunkByteCount: Int) {
    guard patch.count <= chunkByteCount / 8 * 7 else {
      fullCount += 1
      return
    }
    if group.count + patch.count > groupByteCount { compress() }
    patchCount += 1
    byteCount += patch.count
    group += patch
  }

  private mutating func compress() {
    guard !group.isEmpty else { return }
    let started = Seconds.cpu
    compressedByteCount += Zstd.compress(group.rawSpan, level: level).count
    seconds += Seconds.cpu - started
    group.removeAll(keepingCapacity: true)
  }

  private func patch(_ chunk: RawSpan, _ base: RawSpan) -> [UInt8] {
    let runs = runs(chunk, base)
    var output = ByteWriter(capacity: chunk.byteCount)
    output.varint(UInt64(runs.count))
    output.varint(UInt64(runs.reduce(0) { $0 + $1.count }))
    var position = 0
    for run in runs {
      output.varint(UInt64(run.lowerBound - position))
      output.varint(UInt64(run.count))
      position = run.upperBound
    }
    for run in runs { output.append(chunk.extracting(run)) }
    return output.bytes
  }

  private func runs(_ chunk: RawSpan, _ base: RawSpan) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for start in stride(from: 0, to: chunk.byteCount, by: step) {
      let end = min(start + step, chunk.byteCount)
      if end <= base.byteCount, PatchTrial.areSame(chunk, base, start, end) { continue }
      if let last = runs.last, start - last.upperBound <= gap {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(start..<end)
      }
    }
    return runs
  }

  /// - Precondition: both have the bytes from `start` to `end`.
  private static func areSame(_ one: RawSpan, _ other: RawSpan, _ start: Int, _ end: Int) -> Bool {
    for place in start..<end {
      let (left, right) = unsafe (
        one.unsafeLoad(fromByteOffset: place, as: UInt8.self), other.unsafeLoad(fromByteOffset: place, as: UInt8.self)
      )
      if left != right { return false }
    }
    return true
  }
}
