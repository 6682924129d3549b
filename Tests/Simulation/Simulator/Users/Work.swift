import Primitives
import SnapshotFormat
import VectorCollections

/// One append that a user wants to have done: some records that others change too, and one that nobody else touches.
struct Work: Sendable {
  let mark: String
  let own: RecordName
  let request: AppendRequest

  init(_ producer: ProducerName, _ process: SimulatedProcess) {
    let world = process.world
    mark = world.ledger.mark("w")
    own = Work.name("own#\(mark)")
    var operations: [RecordOperation] = [.upsert(own, Work.body(process))]
    for _ in 0..<process.chance.below(4) { operations.append(Work.operation(process)) }
    var request = AppendRequest(producer: producer, operations: operations)
    request.run = mark
    request.expected = UInt64(operations.count)
    self.request = request
    world.ledger.appends[mark] = Ledger.Append(producer: producer, operations: request.expected, own: own)
  }

  private static func operation(_ process: SimulatedProcess) -> RecordOperation {
    let name = name("p#\(process.chance.below(5))")
    return switch process.chance.below(8) {
    case 0: .delete(name)
    case 1: .patch(name, fields(process))
    case 2: .deletePrefix(Work.name("p#1"))
    case 3: .patchPrefix(Work.name("p#"), fields(process))
    default: .upsert(name, body(process))
    }
  }

  private static func body(_ process: SimulatedProcess) -> RecordBody {
    let floats = (0..<World.dimension).map { _ in Float(process.chance.below(1 << 20)) }
    return RecordBody(floats: floats, metadata: fields(process))
  }

  private static func fields(_ process: SimulatedProcess) -> MetadataFields {
    let value = MetadataValue.integer(Int64(process.chance.below(1 << 30)))
    return MetadataFields([MetadataField(key: UTF8Text(process.chance.pick(["k", "l"])), value: value)])!
  }

  private static func name(_ text: String) -> RecordName { RecordName(text)! }
}

extension World {
  func begin(_ work: Work) { ledger.appends[work.mark]?.began = scheduler.now }

  /// Sets what became of an append.
  func settle(_ work: Work, _ outcome: Ledger.Outcome, as key: ObjectKey? = nil) {
    ledger.appends[work.mark]?.outcome = outcome
    ledger.appends[work.mark]?.key = key
    trace.note(work.mark, "\(outcome)")
  }
}
