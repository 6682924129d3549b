package import Primitives
package import SnapshotFormat

/// Makes operations from a seed: few names that nest as prefixes, few keys, so that they meet often.
package struct OperationSource {
  package let random: SeededRandomSource
  package let schema: VectorSchema
  private var clocks: [String: UInt64] = [:]

  package static let producers = ["alpha", "beta", "gamma"].compactMap { ProducerName($0) }
  package static let names = ["a", "aé", "ab", "abc", "abcd", "abd", "b", "ba", "bab", "c#1", "c#12", "c#2"]

  package init(seed: UInt64, dimension: Int = 4) {
    random = SeededRandomSource(seed: seed)
    schema = VectorSchema(dimension: dimension)
  }

  package func number(below bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
  package func pick<Element>(_ list: [Element]) -> Element { list[number(below: list.count)] }

  package func name() -> RecordName { RecordName(pick(OperationSource.names))! }

  package func value() -> MetadataValue {
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

  package func fields(removals: Bool, atLeast: Int) -> MetadataFields {
    let keys = ["k", "label", "x", "é"].filter { _ in number(below: 3) == 0 }
    let chosen = keys.count < atLeast ? ["k"] : keys
    return MetadataFields(
      chosen.map { MetadataField(key: UTF8Text($0), value: removals && number(below: 3) == 0 ? nil : value()) })!
  }

  package func body() -> RecordBody {
    let floats = (0..<schema.dimension).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    let document: UTF8Text? = number(below: 3) == 0 ? nil : UTF8Text(pick(["", "TOTAL", "Übergröße\0"]))
    return RecordBody(floats: floats, document: document, metadata: fields(removals: false, atLeast: 0))
  }

  package func operation() -> RecordOperation {
    switch number(below: 10) {
    case 0...3: .upsert(name(), body())
    case 4...5: .patch(name(), fields(removals: true, atLeast: 1))
    case 6...7: .delete(name())
    case 8: .patchPrefix(name(), fields(removals: true, atLeast: 1))
    default: .deletePrefix(name())
    }
  }

  /// An operation of some producer, at a clock that producer has not used before.
  package mutating func stamped() -> (ProducerName, StampedOperation) {
    let producer = pick(OperationSource.producers)
    let clock = clocks[producer.string, default: 1_000] + UInt64(1 + number(below: 3))
    clocks[producer.string] = clock
    return (producer, StampedOperation(clock: HybridClock(clock), operation: operation()))
  }

  /// A log as one producer would write it.
  package mutating func log(_ count: Int, from clock: UInt64 = 1 << 20) -> [StampedOperation] {
    var clock = clock
    return (0..<count).map { _ in
      clock += UInt64(1 + number(below: 300))
      return StampedOperation(clock: HybridClock(clock), operation: operation())
    }
  }
}

extension Array {
  package func shuffled(by source: OperationSource) -> [Element] {
    var list = self
    for index in list.indices.reversed() { list.swapAt(index, source.number(below: index + 1)) }
    return list
  }
}
