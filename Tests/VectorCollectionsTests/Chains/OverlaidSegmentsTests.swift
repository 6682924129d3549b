import Primitives
import RecordSamples
import SnapshotFormat
import Testing
import VectorCollections

/// Segments that lie over each other, read in place, against what their rows mean when each is joined with all others.
struct OverlaidSegmentsTests {
  typealias Log = [(ProducerName, StampedOperation)]

  private static let dimension = 4

  private func segment(_ operations: Log, _ number: Int) throws -> OpenSegment? {
    operations.isEmpty ? nil : try OpenSegment(SegmentInMemory(bytes(operations, number)))
  }

  private func bytes(_ operations: Log, _ number: Int) throws -> [UInt8] {
    var table = RowTable()
    for (producer, operation) in operations { try table.absorb(operation, by: producer) }
    var writer = SegmentWriter(
      SegmentWriter.Description(
        schema: VectorSchema(dimension: OverlaidSegmentsTests.dimension),
        name: UniqueName(high: 0, low: UInt64(number)), generation: UInt64(number),
        created: Timestamp(milliseconds: 0)))
    for row in table.sorted { try writer.add(row) }
    return writer.finish().bytes
  }

  private func reader(_ parts: [Log]) throws -> VectorReader {
    let segments = try parts.enumerated().compactMap { try segment($0.element, $0.offset) }
    return VectorReader(nil, VectorSchema(dimension: OverlaidSegmentsTests.dimension), segments)
  }

  private func bits(_ vector: Span<Float>) -> [UInt32] { vector.indices.map { vector[$0].bitPattern } }

  private func scanned(_ reader: VectorReader, limit: Int = .max) throws -> [(String, [UInt32])] {
    var found: [(String, [UInt32])] = []
    let count = try reader.scanVectors { id, vector in
      found.append((String(decoding: id.indices.map { id[$0] }, as: UTF8.self), bits(vector)))
      return found.count < limit
    }
    #expect(Int(count) == found.count)
    return found
  }

  /// A walk, one more over what the first found out, one that ends early, and look-ups of all names and of others.
  private func compare(_ reader: VectorReader, _ model: [RecordName: RecordBody], _ names: [RecordName], seed: UInt64)
    throws
  {
    let expected = model.sorted { $0.key < $1.key }.map { ($0.key.string, $0.value.floats.map(\.bitPattern)) }
    func same(_ found: [(String, [UInt32])], _ wanted: some Collection<(String, [UInt32])>) -> Bool {
      found.count == wanted.count && zip(found, wanted).allSatisfy { $0 == $1 }
    }
    for _ in 0..<2 { #expect(same(try scanned(reader), expected), "seed \(seed)") }
    let limit = 1 + Int(seed % 7)
    #expect(same(try scanned(reader, limit: limit), expected.prefix(limit)), "seed \(seed)")
    for name in names {
      let vector = try reader.withVector(name) { bits($0) }
      #expect(vector == model[name]?.floats.map(\.bitPattern), "seed \(seed), \(name)")
      #expect(try reader.get(name) == model[name], "seed \(seed), \(name)")
    }
  }

  /// Operations in some parts each, now and then in two, and now and then another one of the same stamp elsewhere.
  private func parts(_ log: Log, _ source: OperationSource) -> (parts: [Log], all: Log) {
    var parts: [Log] = Array(repeating: [], count: 2 + source.number(below: 5))
    var all: Log = []
    for (producer, stamped) in log {
      for turn in 0..<(source.number(below: 4) == 0 ? 2 : 1) {
        let other = StampedOperation(clock: stamped.clock, operation: source.operation())
        let entry = (producer, turn == 1 && source.number(below: 2) == 0 ? other : stamped)
        parts[source.number(below: parts.count)].append(entry)
        all.append(entry)
      }
    }
    return (parts, all)
  }

  @Test(arguments: 1...400 as ClosedRange<UInt64>)
  func `what is read in place is what all rows come to when they are joined`(seed: UInt64) throws {
    var source = OperationSource(seed: seed, dimension: OverlaidSegmentsTests.dimension)
    let log = (0..<(20 + source.number(below: 100))).map { _ in source.stamped() }
    let (parts, all) = parts(log, source)
    let names = (OperationSource.names + ["0", "abcde", "zz"]).map { RecordName($0)! }
    let model = visible(rows(all))
    try compare(try reader(parts), model, names, seed: seed)
    // The same where look-ups come first.
    let reader = try reader(parts)
    for name in names + names { #expect(try reader.get(name) == model[name], "seed \(seed), \(name)") }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>, [false, true])
  func `long runs of superseded and deleted rows are passed over`(seed: UInt64, withPrefixes: Bool) throws {
    let source = OperationSource(seed: seed, dimension: OverlaidSegmentsTests.dimension)
    let names = (0..<900).map { RecordName("IMAGE#\(10 + $0 / 100)#WORD#\(10_000 + $0)")! }
    var (parts, clock): ([Log], UInt64) = ([], 1_000)
    func stamped(_ operation: RecordOperation) -> (ProducerName, StampedOperation) {
      clock += 1
      return (source.pick(OperationSource.producers), StampedOperation(clock: HybridClock(clock), operation: operation))
    }
    // Two segments side by side, then such that lie over them: in a run, or scattered.
    for half in [names[..<500], names[500...]] { parts.append(half.map { stamped(.upsert($0, source.body())) }) }
    for round in 0..<4 {
      let start = source.number(below: 400)
      let chosen = round % 2 == 0 ? Array(names[start..<start + 500]) : (0..<90).map { _ in source.pick(names) }
      let isDeletion = source.number(below: 3) == 0
      parts.append(chosen.map { stamped(isDeletion ? .delete($0) : .upsert($0, source.body())) })
      guard withPrefixes else { continue }
      parts[parts.count - 1].append(stamped(.deletePrefix(RecordName("IMAGE#\(10 + source.number(below: 9))#")!)))
      parts[parts.count - 1].append(
        stamped(.patchPrefix(RecordName("IMAGE#1")!, source.fields(removals: true, atLeast: 1))))
    }
    try compare(try reader(parts), visible(rows(parts.flatMap { $0 })), names, seed: seed)
  }

  @Test func `more segments over each other than an order has numbers for are merged at each walk`() throws {
    var source = OperationSource(seed: 5, dimension: OverlaidSegmentsTests.dimension)
    let (first, last) = (RecordName("0")!, RecordName("zz")!)
    let parts: [Log] = (0..<300).map { number in
      var part = [source.stamped(), source.stamped()]
      for (place, name) in [first, last].enumerated() {
        let clock = HybridClock(UInt64(1_000_000 + number * 2 + place))
        part.append(
          (OperationSource.producers[0], StampedOperation(clock: clock, operation: .upsert(name, source.body()))))
      }
      return part
    }
    let names = OperationSource.names.map { RecordName($0)! } + [first, last]
    try compare(try reader(parts), visible(rows(parts.flatMap { $0 })), names, seed: 5)
  }

  @Test func `without a segment there is no record`() throws {
    try compare(try reader([]), [:], [RecordName("a")!], seed: 0)
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `a segment whose names or entries are damaged fails, or is read within its bounds`(seed: UInt64) throws {
    let source = OperationSource(seed: seed, dimension: OverlaidSegmentsTests.dimension)
    var segments: [OpenSegment] = []
    for number in 0..<3 {
      let log: Log = (0..<200).map { place in
        let operation = RecordOperation.upsert(RecordName("id-\(place * (number + 1))")!, source.body())
        let clock = HybridClock(UInt64(number * 1_000 + place + 1))
        return (OperationSource.producers[number], StampedOperation(clock: clock, operation: operation))
      }
      var bytes = try bytes(log, number)
      if number == 1 {
        // Names and entries come right behind the header.
        for _ in 0..<3 { bytes[256 + source.number(below: 8_000)] ^= UInt8(1 << source.number(below: 8)) }
      }
      segments.append(try OpenSegment(SegmentInMemory(bytes)))
    }
    let reader = VectorReader(nil, VectorSchema(dimension: OverlaidSegmentsTests.dimension), segments)
    for _ in 0..<2 { _ = try? scanned(reader) }
    for number in 0..<400 { _ = try? reader.withVector(RecordName("id-\(number)")!) { $0.count } }
  }
}
