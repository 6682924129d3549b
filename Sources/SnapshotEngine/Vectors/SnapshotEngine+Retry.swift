internal import JobAdapters
internal import Primitives
internal import VectorCollections

extension SnapshotEngine {
  /// Puts a delta that was set aside back, once what made it unusable is mended: the next compaction takes it.
  ///
  /// It is read to its end first. Its operations keep their clocks, so it changes nothing that came later. Putting it
  /// back twice is harmless.
  /// - Parameter delta: `PRODUCER/SEQUENCE`.
  /// - Throws: `.notFound` for a delta that is not set aside, `.failed` while it cannot be used; nothing has changed
  /// then.
  public func retry(_ delta: String, of collection: String) async throws(EngineError) {
    let name = try Names.collection(collection)
    guard let target = DeltaName(delta) else {
      throw EngineError(.usage, "\(Printable.string(delta)) names no delta", advice: "Give PRODUCER/SEQUENCE")
    }
    let subject = "\(name) \(target.producer)/\(target.sequence)"
    try await perform { call throws(EngineError) in
      do throws(RetryError) {
        try call.vectors(name).retry(target.producer, sequence: target.sequence, deadline: call.deadline)
      } catch {
        switch error {
        case .store(let error): throw EngineError(error)
        case .notQuarantined:
          throw EngineError(
            .notFound, "\(subject) is not set aside", subject: subject,
            advice: "`snapctl deltas \(name) --quarantined` shows what is")
        case .unusable(let reason):
          throw EngineError(
            .failed, "\(subject) still cannot be used: \(Printable.string(reason))", subject: subject,
            advice: "Nothing was changed. Mend it first: bring its bytes back, or set the clock of this machine")
        }
      }
    }
  }
}
