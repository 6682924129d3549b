import Foundation
import ObjectTier
import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// What is read straight from a tier is what is read from whole segments, and takes a small part of their bytes.
@Suite struct RangedReadTests {
  private let producer = OperationSource.producers[0]

  private func name(_ number: Int) -> RecordName { RecordName("IMAGE#\(number / 100)#WORD#\(10_000 + number)")! }

  /// Records in several segments that do not overlap.
  private func large(_ test: TestVectors, count: Int, dimension: Int = 64) throws -> VersionRow {
    let random = SeededRandomSource(seed: 11)
    let operations = (0..<count).map { number in
      let floats = (0..<dimension).map { _ in Float(Int64(random.next() % 2_001) - 1_000) / 512 }
      let metadata = MetadataFields([MetadataField(key: "page", value: .integer(Int64(number % 9)))])!
      return RecordOperation.upsert(
        name(number), RecordBody(floats: floats, document: UTF8Text("word \(number)"), metadata: metadata))
    }
    for batch in stride(from: 0, to: count, by: 5_000) {
      try test.append(Array(operations[batch..<min(batch + 5_000, count)]), by: producer)
    }
    return try #require(try test.vectors.compact().row)
  }

  private func packs(_ test: TestVectors) throws -> [String] {
    let folder = "\(test.path)/store/packs"
    return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.count > 4 }.map { "\(folder)/\($0)" }
  }

  private func scannedVectors(_ reader: VectorReader) throws -> [String] {
    var found: [String] = []
    _ = try reader.scanVectors { id, vector in
      let elements = (0..<vector.count).map { "\(vector[$0].bitPattern)" }
      found.append(
        String(decoding: (0..<id.count).map { id[$0] }, as: UTF8.self) + " " + elements.joined(separator: " "))
      return true
    }
    return found
  }

  @Test func `a pack that is gone or cut fails the read, and names itself`() throws {
    let test = try TestVectors()
    let row = try large(test, count: 2_000)
    let reader = try test.vectors.reader(row, .ranged)
    for path in try packs(test) {
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try bytes.prefix(200).write(to: URL(fileURLWithPath: path))
    }
    let failure = #expect(throws: StoreError.self) { try reader.get(name(1_000)) }
    guard case .damage(let damage)? = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
    #expect(damage.object.hasPrefix("packs/"))
    for path in try packs(test) { try FileManager.default.removeItem(atPath: path) }
    #expect(throws: StoreError.self) { try test.vectors.reader(row, .ranged) }
  }

  @Test(arguments: 0..<40)
  func `a flipped byte of a pack is noticed, or changes nothing that is read`(seed: UInt64) throws {
    let test = try TestVectors { $0.segmentByteCountAim = 100 << 10 }
    let row = try large(test, count: 600)
    let expected = try test.records(test.vectors.reader(row))
    let random = SeededRandomSource(seed: seed)
    let path = try #require(try packs(test).first)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() % 8)) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    guard let reader = try? test.vectors.reader(row, .ranged) else { return }
    for (id, body) in expected {
      guard let found = try? reader.get(id) else { continue }
      #expect(found == body, "seed \(seed)")
    }
    guard let scanned = try? test.records(reader) else { return }
    #expect(scanned == expected, "seed \(seed)")
  }

  @Test(arguments: 0..<12)
  func `what a reader of ranges gives is what a reader of whole segments gives`(seed: UInt64) throws {
    let source = OperationSource(seed: seed)
    let test = try TestVectors { settings in
      settings.segmentByteCountAim = 300
      // So small that every chunk is dropped as soon as the next one comes.
      if seed % 2 == 0 { settings.chunkCacheByteCount = 1 }
    }
    for _ in 0..<6 {
      let operations = (0..<(10 + source.number(below: 30))).map { _ in source.operation() }
      try test.append(operations, by: source.pick(OperationSource.producers))
      if source.number(below: 3) > 0 { _ = try test.vectors.compact() }
    }
    let whole = try test.vectors.readerWithPending()
    let ranged = try test.vectors.readerWithPending(.ranged)
    #expect(try test.records(ranged) == test.records(whole), "seed \(seed)")
    for text in OperationSource.names + ["zz", "0"] {
      let id = RecordName(text)!
      #expect(try ranged.get(id) == whole.get(id), "\(text), seed \(seed)")
      var (found, expected): ([RecordName], [RecordName]) = ([], [])
      try ranged.scan(prefix: id) { record throws(StoreError) in
        found.append(record.id); return true
      }
      try whole.scan(prefix: id) { record throws(StoreError) in
        expected.append(record.id); return true
      }
      #expect(found == expected, "\(text), seed \(seed)")
    }
    #expect(try scannedVectors(ranged) == scannedVectors(whole), "seed \(seed)")
    let query = VectorQuery([0.5, -1, 2, 0.25], metric: .squaredEuclidean, count: 7)
    #expect(try ranged.nearest(query, jobs: 2).map(\.id) == whole.nearest(query, jobs: 2).map(\.id), "seed \(seed)")
  }

  @Test func `a few records take a small part of the bytes, and all take each chunk once`() throws {
    let test = try TestVectors { $0.segmentByteCountAim = 2 << 20 }
    let row = try large(test, count: 30_000)
    let total = try test.vectors.store.manifest(row).root.totals.bytes
    func read(_ body: (VectorReader) throws -> Void) throws -> TierCounters {
      let before = test.origin.counters
      try body(try test.vectors.reader(row, .ranged))
      return test.origin.counters - before
    }
    let few = try read { (reader: VectorReader) throws in
      let found = try [1, 2, 3].map { try reader.get(name($0)) }
      #expect(!found.contains(nil))
    }
    #expect(few.bytesRead < total / 12, "\(few) of \(total)")
    let under = try read { (reader: VectorReader) throws in
      let count = try reader.scan(prefix: RecordName("IMAGE#7#")!, where: RecordFilter("page < 5")) { _ in true }
      #expect(count == (700..<800).count { $0 % 9 < 5 })
    }
    #expect(under.bytesRead < total / 12, "\(under) of \(total)")
    let all = try read { (reader: VectorReader) throws in
      let count = try reader.scan { _ in true }
      #expect(count == 30_000)
    }
    #expect(all.bytesRead < total * 6 / 5, "\(all) of \(total)")
  }
}
