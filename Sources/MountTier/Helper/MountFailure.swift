internal import ObjectTier
internal import SnapshotFormat

/// Why a helper gave no answer. What a tier refused is no failure of its helper.
struct MountFailure: Error {
  enum Kind: Equatable {
    /// The process could not be made, or did not take up its work.
    case notStarted
    /// Nothing moved for the stall limit.
    case stalled
    /// The process is gone.
    case ended
    /// It answered what is no answer.
    case nonsense
    /// The caller's deadline passed. The helper may be well.
    case late
  }

  let kind: Kind
  let reason: String
  /// Whether the request had gone out: then it may have been done.
  var wasSent = false

  init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  func sent() -> MountFailure {
    var failure = self
    failure.wasSent = true
    return failure
  }

  /// The same for the caller of a tier. A write whose request had gone out may have landed.
  func error(_ key: ObjectKey?, _ location: String, isWrite: Bool) -> TierError {
    let kind: TierError.Kind = self.kind == .nonsense || self.kind == .notStarted ? .failed : .stalled
    guard isWrite, wasSent else {
      return TierError(kind, key: key, location: location, reason: reason, cause: wasSent ? nil : .failed)
    }
    return TierError(.outcomeUnknown, key: key, location: location, reason: reason, cause: kind)
  }
}

extension FormatError {
  var asFailure: MountFailure { MountFailure(.nonsense, "\(self)") }
}
