/// What an operation failed with: one type for all of them.
///
/// Act on `code`; show `message` and `advice` to a person. `subject` is what it is about: a collection, an object, a
/// path. Unless `code` is `.outcomeUnknown`, nothing was published by the call that threw.
public struct EngineError: Error, Sendable, Equatable {
  /// What to do about it, in one word. Each has the exit status of its own that `snapctl` ends with.
  public enum Code: String, Sendable, CaseIterable {
    /// Failed for a reason that only a person can put right.
    case failed
    /// The call itself is wrong: a name, a value, an option.
    case usage
    /// Damage was found, and healed.
    case damagedHealed
    /// Damage was found, and is still there.
    case damaged
    /// Somebody else committed first. Safe to repeat after a look.
    case conflict
    /// Somebody else holds it, or this caller was fenced.
    case locked
    /// The commit may have landed. `advice` says how to find out.
    case outcomeUnknown
    /// No room.
    case noSpace
    /// A tier did not answer in time, or the deadline passed.
    case tierTimeout
    /// No such store, collection, version, tag, path or record.
    case notFound
    /// Compared, and different; counted, and not reconciled.
    case differs
    /// Stopped because the caller asked for it.
    case interrupted
  }

  /// What to do about it.
  public let code: Code
  /// What happened, in one sentence. Safe to print.
  public let message: String
  /// What it happened to, if that can be named. Safe to print.
  public let subject: String?
  /// What to do next; empty when there is nothing to say.
  public let advice: String

  /// An error of the façade itself.
  public init(_ code: Code, _ message: String, subject: String? = nil, advice: String = "") {
    self.code = code
    self.message = message
    self.subject = subject
    self.advice = advice
  }

  /// The status `snapctl` ends with.
  public var exitCode: Int32 { code.exitCode }
}

extension EngineError.Code {
  /// The status `snapctl` ends with.
  public var exitCode: Int32 {
    switch self {
    case .failed: 1
    case .usage: 2
    case .damagedHealed: 3
    case .damaged: 4
    case .conflict: 5
    case .locked: 6
    case .outcomeUnknown: 7
    case .noSpace: 8
    case .tierTimeout: 9
    case .notFound: 10
    case .differs: 11
    case .interrupted: 130
    }
  }
}

extension EngineError: CustomStringConvertible {
  public var description: String { advice.isEmpty ? message : "\(message). \(advice)" }
}
