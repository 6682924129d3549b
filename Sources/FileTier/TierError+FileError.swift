internal import FileIO
internal import ObjectTier
internal import SnapshotFormat

extension TierError {
  /// What an error of the file system means for an object.
  init(_ error: FileError, key: ObjectKey? = nil, location: String) {
    self.init(Kind(error.meaning), key: key, location: location, reason: error.reason)
  }

  /// What an object that was not written durably means for whoever sent it.
  init(_ error: DurableWriteError, key: ObjectKey, location: String) {
    let kind: Kind =
      switch error.landing {
      case .nothing: Kind(error.cause.meaning)
      case .uncertain: .outcomeUnknown
      case .unsynced: .unsynced(isFull: error.cause.meaning == .noSpace)
      }
    self.init(kind, key: key, location: location, reason: error.cause.reason)
  }
}

extension TierError.Kind {
  fileprivate init(_ meaning: FileError.Meaning) {
    switch meaning {
    // A file where a directory should be: there is no such object beneath it.
    case .notFound, .notADirectory: self = .notFound
    case .noSpace: self = .noSpace(missing: nil)
    case .denied, .leadsOutside, .wrongKind, .isADirectory: self = .denied
    case .unreachable, .timedOut: self = .stalled
    case .exists, .notEmpty, .busy, .unsupported, .tooLarge, .endOfFile, .changed, .failed: self = .failed
    }
  }
}

extension FileError {
  /// Without the path: a tier's error names its key.
  fileprivate var reason: String {
    let text = description
    return text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
  }
}
