internal import Primitives
internal import SnapshotFormat
internal import VectorCollections

/// How what appending and listing deltas fails with looks from outside.
extension EngineError {
  init(_ error: AppendError, of collection: CollectionName) {
    switch error {
    case .store(let error): self.init(error)
    case .log(let error): self.init(error, of: collection)
    }
  }

  init(_ error: DeltaLogError, of collection: CollectionName) {
    let subject = "\(collection)"
    switch error {
    case .conflict(let key):
      self.init(
        .conflict, "\(key) holds other work", subject: key.string,
        advice: "Nothing was written. Look at `snapctl deltas \(collection)`; leave --sequence out for the next number")
    case .gap(let asked, let next):
      self.init(
        .failed, "\(collection): delta \(asked) would leave a gap: the next one is \(next)", subject: subject,
        advice: "Nothing was written. Append what is missing first")
    case .refused(let reason): self.init(.failed, "\(collection): \(reason)", subject: subject, advice: nothingWritten)
    case .tooLate(let key):
      self.init(
        .failed, "\(key) came so late that nothing as old is accepted any more: it does not count", subject: key.string,
        advice: "What was written is set aside by the next compaction. Append the work again under the next number")
    case .clockAhead(let milliseconds):
      self.init(
        .failed, "\(collection): its clock is \(milliseconds) ms ahead of this machine's", subject: subject,
        advice: "Nothing was written. Set the clock of whichever machine is wrong")
    case .outcomeUnknown(let key, let reason):
      self.init(
        .outcomeUnknown, "\(key) may have been written: \(Printable.string(reason))", subject: key.string,
        advice: "Append the same again with --sequence \(key.number ?? 0): it tells whether the work is there")
    case .contended(let attempts):
      self.init(
        .conflict, "\(collection): others were faster at each of \(attempts) attempts", subject: subject,
        advice: "Nothing was written. Give each writer a producer of its own")
    case .damaged(let key, let error): self.init(error, subject: key.string)
    case .tier(let error): self.init(error)
    case .damage(let damage): self.init(damage)
    case .head(let reason): self.init(.failed, reason, subject: subject, advice: nothingWritten)
    }
  }
}

private let nothingWritten = "Nothing was written"
