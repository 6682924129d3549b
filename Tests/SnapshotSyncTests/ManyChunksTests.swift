import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `a comparison of files of many chunks` {
  private static let page = Limits.chunksInPage

  /// What the comparison of two such files found, and read.
  private func compare(
    _ before: [TestChunk], _ after: [TestChunk]
  ) throws -> (chunksChanged: [Int], counts: CountingTier.Counts) {
    let many = try ManyChunks()
    let first = try many.write(before)
    let second = try many.write(after, replacing: many.manifest(first, many.reader()))
    let (read, frames) = (many.tier.counts, many.reader())
    var found: [Int] = []
    try ManifestDifference(from: many.manifest(first, frames), to: many.manifest(second, frames)).forEach {
      found.append($0.chunksChanged)
    }
    var counts = many.tier.counts
    counts.bytes -= read.bytes
    counts.requests -= read.requests
    return (found, counts)
  }

  private func chunks(pages: Int) -> [TestChunk] {
    (0..<UInt64(pages * Self.page)).map { TestChunk($0, byteCount: 16_384 + Int($0 % 100)) }
  }

  /// How many chunks do not stand where they stood.
  private func moved(_ before: [TestChunk], _ after: [TestChunk]) -> Int {
    func places(_ chunks: [TestChunk]) -> [Int: TestChunk] {
      var offset = 0
      var places: [Int: TestChunk] = [:]
      for chunk in chunks {
        places[offset] = chunk
        offset += chunk.byteCount
      }
      return places
    }
    let known = places(before)
    return places(after).count { known[$0.key]?.number != $0.value.number }
  }

  @Test(arguments: [20, 30])
  func `reads the pages that differ, each once, however many there are`(pages: Int) throws {
    // The first pages, a MiB of them, share a frame; those behind them have one each.
    let before = chunks(pages: pages)
    func change(_ changed: [Int]) throws -> CountingTier.Counts {
      var after = before
      for page in changed {
        after[page * Self.page + 7] = TestChunk(.max, byteCount: before[page * Self.page + 7].byteCount)
      }
      let (found, counts) = try compare(before, after)
      #expect(found == [changed.count])
      return counts
    }
    let one = try change([16])
    let three = try change([14, 16, 18])
    let pageByteCount: UInt64 = 34 << 10
    // The page that differs, and the last one, which shares its frame with the files page.
    #expect(one.bytes < pageByteCount * 3)
    #expect(three.bytes - one.bytes < pageByteCount * 5 / 2)
    // The frames of two more pages, and no other: patches share one.
    #expect(three.requests == one.requests + 2)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5])
  func `finds the chunks that do not stand where they stood`(edit: Int) throws {
    let before = chunks(pages: 5)
    var after = before
    switch edit {
    case 0: after.insert(TestChunk(.max), at: 2 * Self.page + 9)
    case 1: after.remove(at: 3 * Self.page)
    case 2: after.removeLast(Self.page + 1)
    case 3: after += [TestChunk(.max), TestChunk(.max - 1)]
    case 4: after.replaceSubrange(Self.page..<2 * Self.page, with: [TestChunk(.max)])
    default:
      // A shift that is made good two pages further on: what follows stands where it stood.
      after.swapAt(10, 2 * Self.page + 11)
      after.swapAt(3 * Self.page + 100, 4 * Self.page)
    }
    #expect(try compare(before, after).chunksChanged == [moved(before, after)])
  }
}
