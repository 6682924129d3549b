package import ObjectTier
package import SnapshotFormat
package import SnapshotStore

/// Why an append or a listing of deltas failed. Each kind is one the caller acts on differently.
package enum DeltaLogError: Error, Sendable, Equatable {
  /// The sequence asked for holds other work. Nothing was written.
  case conflict(ObjectKey)
  /// The sequence asked for would leave a gap before it. Nothing was written.
  case gap(asked: UInt64, next: UInt64)
  /// What was to be appended cannot stand in a delta. Nothing was written.
  case refused(String)
  /// The sequence asked for holds this work, which came so late that nothing as old is accepted any more. It does not
  /// count, and never will: append it under the next number.
  case tooLate(ObjectKey)
  /// The clock of the collection is ahead of this machine's by more than the bound: one of them is wrong.
  case clockAhead(milliseconds: Int64)
  /// It may have been written. Append the same again with the same sequence to find out.
  case outcomeUnknown(ObjectKey, String)
  /// Other writers of the same producer were faster, time and again. Nothing was written.
  case contended(attempts: Int)
  /// A delta is not what it should be.
  case damaged(ObjectKey, FormatError)
  /// The tier failed, and nothing was changed.
  case tier(TierError)
  /// The head could not be read.
  case head(String)
  /// The head, or what it names, does not verify.
  case damage(Damage)
}

extension DeltaLogError {
  /// In the words of whatever failed.
  var reason: String {
    switch self {
    case .head(let reason), .refused(let reason): reason
    case .tier(let error): "\(error)"
    case .damage(let damage): "\(damage.tier)/\(damage.object) is \(damage.kind.rawValue): \(damage.reason)"
    default: "\(self)"
    }
  }
}
