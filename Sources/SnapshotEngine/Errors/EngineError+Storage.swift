internal import FileIO
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// How what files and tiers fail with looks from outside.
extension EngineError {
  init(_ error: TierError) {
    let subject = error.key?.string ?? error.location
    switch error.kind {
    case .notFound:
      self.init(.notFound, "\(error)", subject: subject, advice: "Check the store's address, and that it is mounted")
    case .tooShort, .tooLarge:
      self.init(.damaged, "\(error)", subject: subject, advice: EngineError.verifyAdvice)
    case .outcomeUnknown:
      self.init(.outcomeUnknown, "\(error)", subject: subject, advice: "Repeat the command: what landed is found again")
    case .unsynced(let isFull):
      self.init(
        isFull ? .noSpace : .failed, "\(error)", subject: subject,
        advice: "Nothing refers to it. Look at the disk\(isFull ? ", free some space," : "") and repeat the command")
    case .noSpace(let missing):
      let size = missing.map { "\($0) bytes are missing" } ?? "How much is missing is not known"
      self.init(.noSpace, "\(error)", subject: subject, advice: "\(size). Free some, and repeat the command")
    case .stalled:
      self.init(
        .tierTimeout, "\(error)", subject: subject, advice: "Look whether the tier is reachable, and repeat the command"
      )
    case .denied:
      let advice =
        error.location.hasPrefix("s3://") ? ObjectProbe.rights : "Look at who owns it and at its mode"
      self.init(.failed, "\(error)", subject: subject, advice: advice)
    case .failed:
      self.init(.failed, "\(error)", subject: subject)
    }
  }

  init(_ error: FileError) {
    switch error.meaning {
    case .notFound: self.init(.notFound, "\(error)", subject: error.path)
    case .noSpace:
      self.init(.noSpace, "\(error)", subject: error.path, advice: "Free some space, and repeat the command")
    case .timedOut, .busy:
      self.init(.locked, "\(error)", subject: error.path, advice: "Another process uses it; repeat the command later")
    case .unreachable:
      self.init(.tierTimeout, "\(error)", subject: error.path, advice: "Look at the mount, then repeat")
    case .denied where error.call == .changeOwner:
      self.init(
        .failed, "\(error)", subject: error.path,
        advice: "Give files away as root, with CAP_CHOWN, or leave --owners out; a repeated sync goes on from here")
    case .denied:
      self.init(.failed, "\(error)", subject: error.path, advice: "Look at who owns it and at its mode")
    default: self.init(.failed, "\(error)", subject: error.path)
    }
  }

  init(_ error: FormatError, subject: String) {
    let code: Code = error.kind == .unsupported || error.kind == .beyondLimit ? .failed : .damaged
    self.init(code, "\(subject): \(error)", subject: subject, advice: EngineError.advice(for: error.kind))
  }

  init(_ damage: Damage) {
    var message = "\(damage.tier)/\(damage.object) is \(damage.kind.rawValue): \(damage.reason)"
    if let file = damage.file { message += "; needed by \(file)" }
    self.init(.damaged, message, subject: damage.object, advice: EngineError.verifyAdvice)
  }

  private static func advice(for kind: FormatError.Kind) -> String {
    switch kind {
    case .unsupported: "A newer program wrote it: use that one"
    case .beyondLimit: "It asks for more than the format allows"
    default: verifyAdvice
    }
  }

  private static let verifyAdvice = "Run `snapctl verify` to see all that is hit, and bring it back from another copy"
}
