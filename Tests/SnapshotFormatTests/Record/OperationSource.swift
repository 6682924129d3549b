import Primitives
import SnapshotFormat

/// Makes operations from a seed: few names that nest as prefixes, few keys, so that they meet often.
struct OperationSource {
  let random: SeededRandomSource
  let schema: VectorSchema
  private var clocks: [String: UInt64] = [:]

  static let producers = ["alpha", "beta", "gamma"].compactMap { ProducerName($0) }
  static let names = ["a", "aé", "ab", "abc", "abcd", "abd", "b", "ba", "bab", "c#1", "c#12", "c#2"]

  init(seed: UInt64, dimension: Int = 4) {
    random = SeededRandomSource(seed: seed)
    schema = VectorSchema(dimension: dimension)
  }

  func number(below bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
  func pick<Element>(_ list: [Element]) -> Element { list[number(below: list.count)] }

  func name() -> RecordName { RecordName(pick(OperationSource.names))! }

  func value() -> MetadataValue {
    switch number(below: 8) {
    case 0: .string(UTF8Text(pick(["", "zwölf", "e\u{301}", "é"])))
    case 1: .integer(Int64(bitPattern: random.next()))
    case 2: .number(pick([0.0, -0.0, 1.5, .leastNonzeroMagnitude]))
    case 3: .boolean(number(below: 2) == 0)
    case 4: .strings(["x", UTF8Text(pick(["y", "z"]))])
    case 5: .integers([1, Int64(number(below: 3))])
    case 6: .numbers([0.25])
    default: .booleans([true, false])
    }
  }

  func fields(removals: Bool, atLeast: Int) -> MetadataFields {
    let keys = ["k", "label", "x", "é"].filter { _ in number(below: 3) == 0 }
    let chosen = keys.count < atLeast ? ["k"] : keys
    return MetadataFields(
      chosen.map { MetadataField(key: UTF8Text($0), value: removals && number(below: 3) == 0 ? nil : value()) })!
  }

  func body() -> RecordBody {
    let floats = (0..<schema.dimension).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    let document: UTF8Text? = number(below: 3) == 0 ? nil : UTF8Text(pick(["", "TOTAL", "Übergröße\0"]))
    return RecordBody(floats: floats, document: document, metadata: fields(removals: false, atLeast: 0))
  }

  func operation() -> Operation {
    switch number(below: 10) {
    case 0...3: .upsert(name(), body())
    case 4...5: .patch(name(), fields(removals: true, atLeast: 1))
    case 6...7: .delete(name())
    case 8: .patchPrefix(name(), fields(removals: true, atLeast: 1))
    default: .deletePrefix(name())
    }
  }

  /// An operation of some producer, at a clock that producer has not used before.
  mutating func stamped() -> (ProducerName, StampedOperation) {
    let producer = pick(OperationSource.producers)
    let clock = clocks[producer.string, default: 1_000] + UInt64(1 + number(below: 3))
    clocks[producer.string] = clock
    return (producer, StampedOperation(clock: HybridClock(clock), operation: operation()))
  }

  /// A log as one producer would write it.
  mutating func log(_ count: Int, from clock: UInt64 = 1 << 20) -> [StampedOperation] {
    var clock = clock
    return (0..<count).map { _ in
      clock += UInt64(1 + number(below: 300))
      return StampedOperation(clock: HybridClock(clock), operation: operation())
    }
  }
}

/// What a dictionary holds after all operations were done on it one after the other, in the order of their stamps.
func replayed(_ operations: [(ProducerName, StampedOperation)]) -> [RecordName: RecordBody] {
  var records: [RecordName: RecordBody] = [:]
  let ordered = operations.sorted {
    Stamp(clock: $0.1.clock, producer: $0.0) < Stamp(clock: $1.1.clock, producer: $1.0)
  }
  for (_, stamped) in ordered { replay(stamped.operation, on: &records) }
  return records
}

private func replay(_ operation: Operation, on records: inout [RecordName: RecordBody]) {
  switch operation {
  case .upsert(let name, let body): records[name] = body
  case .delete(let name): records[name] = nil
  case .deletePrefix(let prefix): records = records.filter { !$0.key.hasPrefix(prefix) }
  case .patch(let name, let fields):
    if let body = records[name] { records[name] = patched(body, fields) }
  case .patchPrefix(let prefix, let fields):
    for (name, body) in records where name.hasPrefix(prefix) { records[name] = patched(body, fields) }
  }
}

private func patched(_ body: RecordBody, _ changes: MetadataFields) -> RecordBody {
  var values = Dictionary(uniqueKeysWithValues: body.metadata.fields.map { ($0.key, $0.value) })
  for field in changes.fields { values[field.key] = field.value }
  let fields = values.compactMap { key, value in value.map { MetadataField(key: key, value: $0) } }
  return RecordBody(vector: body.vector, document: body.document, metadata: MetadataFields(fields)!)
}

/// All rows of some operations, joined in the given order.
func rows(_ operations: [(ProducerName, StampedOperation)]) -> [RowKey: Row] {
  var rows: [RowKey: Row] = [:]
  for (producer, stamped) in operations {
    let row = Row(stamped, by: producer)
    rows[row.key] = rows[row.key]?.joined(row) ?? row
  }
  return rows
}

/// The records that rows come to.
func visible(_ rows: [RowKey: Row]) -> [RecordName: RecordBody] {
  var records: [RecordName: RecordBody] = [:]
  for (key, row) in rows where !key.isPrefix {
    let covering = rows.values.filter { $0.key.covers(key) }
    records[key.name] = covering.reduce(row) { $0.joined($1) }.visible
  }
  return records
}

extension Array {
  func shuffled(by source: OperationSource) -> [Element] {
    var list = self
    for index in list.indices.reversed() { list.swapAt(index, source.number(below: index + 1)) }
    return list
  }
}
