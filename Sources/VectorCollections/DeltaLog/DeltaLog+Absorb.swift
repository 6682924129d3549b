internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// Why a delta that was listed could not be taken in.
enum IntakeFailure: Error {
  case log(DeltaLogError)
  /// It is to be set aside.
  case unusable(String)
  /// It is to be set aside, though nothing is wrong with its bytes: taken in, it would outgrow a limit.
  case tooMuch(String)
}

extension DeltaLog {
  /// What the rows of one delta may take in memory: of what compresses well a delta may hold any amount.
  private static let rowByteCountMax = 256 << 20

  /// Takes all operations of a delta into a table; after a failure, none.
  func absorb(_ delta: DeltaSummary, as number: Int, into table: inout RowTable) throws(IntakeFailure) {
    let key = key(delta.reference.producer, delta.reference.sequence)
    // Read once more where it came damaged: the way it took may be the reason.
    for isLast in [false, true] {
      let bytes = try present(key)
      var isSealed = false
      do throws(IntakeFailure) {
        return try table.attempt(number) { (table) throws(IntakeFailure) in
          try absorb(bytes, at: key, delta, as: number, into: &table, &isSealed)
        }
      } catch {
        guard case .unusable = error, !isLast, !isSealed else { throw error }
      }
    }
  }

  private func absorb(
    _ bytes: [UInt8], at key: ObjectKey, _ delta: DeltaSummary, as number: Int, into table: inout RowTable,
    _ isSealed: inout Bool
  ) throws(IntakeFailure) {
    let before = table.byteCount
    do throws(FormatError) {
      var reader = try DeltaReader(bytes.rawSpan, named: key, expected: delta.tail.digest)
      isSealed = true
      while let operations = try reader.next() {
        for operation in operations { try table.take(operation, delta.reference.producer, number) }
        guard table.byteCount - before <= DeltaLog.rowByteCountMax else {
          throw .beyondLimit("delta", "its rows take more than \(DeltaLog.rowByteCountMax) bytes")
        }
      }
    } catch { throw error.kind == .beyondLimit && isSealed ? .tooMuch("\(error)") : .unusable("\(error)") }
  }

  private func present(_ key: ObjectKey) throws(IntakeFailure) -> [UInt8] {
    let found: [UInt8]?
    do throws(DeltaLogError) { found = try bytes(key) } catch { throw .log(error) }
    guard let found else { throw .log(.outcomeUnknown(key, "listed, and not there to read")) }
    return found
  }
}

extension RowTable {
  fileprivate mutating func take(
    _ operation: StampedOperation, _ producer: ProducerName, _ number: Int
  ) throws(FormatError) {
    do throws(Refusal) {
      try absorb(operation, by: producer, from: number)
    } catch { throw .beyondLimit("delta", "more changed keys of one record than a row may have") }
  }
}
