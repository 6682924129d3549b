import Glibc
import SnapshotEngine

/// Appends records in durable batches, and tells what each cost this process; what is not the engine's is not counted.
struct Appends {
  private static let batchCount = 100

  private let engine: SnapshotEngine
  private let name: String
  private let count: Int
  private var words: Words

  init(_ engine: SnapshotEngine, _ name: String, count: Int, dimension: Int, seed: UInt64) {
    self.engine = engine
    self.name = name
    self.count = count
    words = Words(dimension: dimension, seed: seed)
  }

  /// `cpu microseconds-per-record`, `wall` the same of the clock on the wall.
  mutating func run() async throws {
    var (cpu, wall) = (0.0, 0.0)
    for start in stride(from: 0, to: count, by: Appends.batchCount) {
      let batch = (start..<min(start + Appends.batchCount, count)).map { RecordChange.put(words.next($0)) }
      let (cpuBefore, wallBefore) = (Seconds.cpu, Seconds.wall)
      try await engine.append(batch, to: name)
      cpu += Seconds.cpu - cpuBefore
      wall += Seconds.wall - wallBefore
    }
    print("cpu", cpu * 1e6 / Double(count))
    print("wall", wall * 1e6 / Double(count))
  }
}

/// Writes the same records for programs that know nothing of the engine: of each the byte counts of key and value, both
/// u32, then the id, and vector, metadata as JSON and document.
struct WordFile {
  private var words: Words
  private let count: Int

  init(count: Int, dimension: Int, seed: UInt64) {
    self.count = count
    words = Words(dimension: dimension, seed: seed)
  }

  mutating func write(to path: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw Measure.Refusal.usage("\(path) cannot be made") }
    var written = true
    for number in 0..<count {
      let bytes = WordFile.encoded(words.next(number))
      written = unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count && written
    }
    guard unsafe fclose(file) == 0, written else { throw Measure.Refusal.usage("\(path) cannot be written") }
  }

  private static func encoded(_ record: VectorRecord) -> [UInt8] {
    var value: [UInt8] = []
    for element in record.vector { append(element.bitPattern, to: &value) }
    value += Array(Words.json(record.metadata).utf8) + Array((record.document ?? "").utf8)
    var bytes: [UInt8] = []
    append(UInt32(record.id.utf8.count), to: &bytes)
    append(UInt32(value.count), to: &bytes)
    return bytes + Array(record.id.utf8) + value
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }
}
