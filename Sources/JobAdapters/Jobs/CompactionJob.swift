package import Primitives
internal import SnapshotFormat
internal import SnapshotStore
package import VectorCollections

/// Takes a batch of messages into versions of a collection, and answers each of them.
///
/// - A message that cannot be used fails alone: the rest of the batch goes on.
/// - A message is answered as done only when its work is in a version that was committed.
/// - What failed may be delivered again.
package struct CompactionJob: Sendable {
  package let vectors: VectorStore
  package let deadline: Deadline

  package init(_ vectors: VectorStore, deadline: Deadline = .never) {
    self.vectors = vectors
    self.deadline = deadline
  }

  /// A message on its way: its answer is known, or its delta waits for a compaction.
  private struct Delivery {
    let identifier: String
    var delta: DeltaName?
    var failure: String?
  }

  /// - Parameter batch: JSON Lines, one message each.
  /// - Returns: an answer for each line that is not empty, in their order.
  package func run(_ batch: [UInt8]) -> [JobAnswer] {
    var lines = JSONLines(byteCountMax: JSONParser.Limits().byteCount)
    var all = lines.lines(in: batch)
    if let last = lines.finish() { all.append(last) }
    let deliveries = all.map { deliver($0) }
    guard deliveries.contains(where: { $0.delta != nil }) else { return deliveries.map { answer($0, [:], nil) } }
    do throws(StoreError) {
      let held = try compact()
      let listing = try vectors.deltas()
      let unusable = quarantined(listing).merging(held) { reason, _ in reason }
      return deliveries.map { answer($0, unusable, listing) }
    } catch {
      return deliveries.map { JobAnswer($0.identifier, failure: $0.failure ?? "not compacted: \(error)") }
    }
  }

  /// Why deltas that could be taken wait.
  private func compact() throws(StoreError) -> [DeltaName: String] {
    var result = try vectors.compact(deadline: deadline)
    while result.leavesDeltas { result = try vectors.compact(deadline: deadline) }
    let named = result.held.map {
      (DeltaName(producer: $0.reference.producer, sequence: $0.reference.sequence), $0.reason)
    }
    return Dictionary(named) { first, _ in first }
  }

  private func quarantined(_ listing: DeltaListing) -> [DeltaName: String] {
    var reasons: [DeltaName: String] = [:]
    for delta in listing.quarantined {
      reasons[DeltaName(producer: delta.producer, sequence: delta.sequence)] = "quarantined: \(delta.reason)"
    }
    return reasons
  }

  private func answer(_ delivery: Delivery, _ unusable: [DeltaName: String], _ listing: DeltaListing?) -> JobAnswer {
    guard delivery.failure == nil, let delta = delivery.delta else {
      return JobAnswer(delivery.identifier, failure: delivery.failure)
    }
    if let reason = unusable[delta] { return JobAnswer(delivery.identifier, failure: reason) }
    guard let compacted = listing?.compacted[delta.producer], delta.sequence <= compacted else {
      return JobAnswer(delivery.identifier, failure: "there is no such delta yet, or one before it is missing")
    }
    return JobAnswer(delivery.identifier)
  }
}

extension CompactionJob {
  private func deliver(_ line: JSONLines.Line) -> Delivery {
    let value: JSONValue
    do throws(JSONError) {
      guard let bytes = line.bytes else { return Delivery(identifier: "", failure: "line \(line.number) is too long") }
      value = try JSONParser.parse(bytes)
    } catch {
      return Delivery(identifier: "", failure: "line \(line.number): \(error)")
    }
    var identifier = ""
    if case .string(let text)? = value["messageId"] { identifier = text }
    do throws(RecordDefect) {
      let message = try JobMessage(value)
      return Delivery(identifier: identifier, delta: try append(message))
    } catch {
      return Delivery(identifier: identifier, failure: error.reason)
    }
  }

  private func append(_ message: JobMessage) throws(RecordDefect) -> DeltaName {
    guard case .records(let records, let sequence, let run) = message.work else {
      guard case .delta(let sequence) = message.work else { throw RecordDefect("no work") }
      return DeltaName(producer: message.producer, sequence: sequence)
    }
    var request = AppendRequest(producer: message.producer, operations: try operations(records))
    request.sequence = sequence
    request.run = run
    do throws(AppendError) {
      switch try vectors.append(request, deadline: deadline) {
      case .appended(let key, _, _), .alreadyThere(let key), .alreadyCompacted(let key):
        return DeltaName(producer: message.producer, sequence: key.number ?? 0)
      }
    } catch {
      throw RecordDefect("not appended: \(error)")
    }
  }

  /// All records of a message, or none.
  private func operations(_ records: [JSONValue]) throws(RecordDefect) -> [RecordOperation] {
    let adapter = RecordLine(schema: try schema(records))
    var operations: [RecordOperation] = []
    for (index, record) in records.enumerated() {
      do throws(RecordDefect) {
        let operation = try adapter.operation(record)
        if let defect = operation.defect(in: adapter.schema) { throw RecordDefect(defect) }
        operations.append(operation)
      } catch { throw RecordDefect("record \(index + 1): \(error.reason)") }
    }
    return operations
  }

  private func schema(_ records: [JSONValue]) throws(RecordDefect) -> VectorSchema {
    do throws(StoreError) {
      if let schema = try vectors.schema() { return schema }
    } catch { throw RecordDefect("the collection cannot be read: \(error)") }
    for record in records {
      guard case .array(let vector)? = record["vector"], vector.count <= VectorSchema.dimensionMax else { continue }
      return VectorSchema(dimension: vector.count)
    }
    throw RecordDefect("the first work of a collection has to bring a record: its vector tells the dimension")
  }
}
