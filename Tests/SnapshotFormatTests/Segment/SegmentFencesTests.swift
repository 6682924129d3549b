import Primitives
import RecordSamples
import SnapshotFormat
import Testing

/// What fences say is where halving over all names ends.
@Suite struct SegmentFencesTests {
  private func name(_ source: OperationSource, _ alphabet: [String]) -> String {
    (0..<(1 + source.number(below: 14))).map { _ in source.pick(alphabet) }.joined()
  }

  @Test(arguments: 0..<40)
  func `an id is found between the rows they give, whether or not it is there`(seed: UInt64) throws {
    let source = OperationSource(seed: seed)
    // Few letters: names that are long alike, that begin with each other, and that are shorter than a fence.
    let alphabet = ["a", "b", "é", "\u{1}"]
    let shared = source.pick(["", "IMAGE#00012#"])
    let names = Set((0..<(1 + source.number(below: 400))).map { _ in shared + name(source, alphabet) }).sorted {
      Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
    }
    let rows = names.map { name in
      Row(
        StampedOperation(clock: HybridClock(1), operation: .delete(RecordName(name)!)),
        by: OperationSource.producers[0])
    }
    let bytes = try segment(rows)
    let reader = try SegmentReader(bytes.rawSpan)
    let fences = try SegmentFences(reader)
    let (least, greatest) = (RecordName(names[0])!, RecordName(names[names.count - 1])!)
    for text in names + (0..<200).map({ _ in shared + name(source, alphabet) }) {
      let name = RecordName(text)!
      guard least <= name, name <= greatest else { continue }
      let key = RowKey(name)
      let found = try reader.lowerBound(key, in: fences.rows(around: name))
      #expect(try found == reader.lowerBound(key), "\(text.debugDescription), seed \(seed)")
    }
  }
}
