public import Primitives

/// Why bytes could not be read as what they should be.
///
/// The caller acts on `kind`: damaged bytes are fetched from another tier, quarantined or reported; unsupported ones
/// need another program. `place` is the offset in the object (or in the decoded page or frame) at which it showed.
public struct FormatError: Error, Sendable, Equatable {
  /// What the caller acts on.
  public enum Kind: Sendable, Equatable {
    /// The bytes end before what they announce.
    case truncated
    /// They are not, or no longer, what was written.
    case damaged
    /// A digest is not the one that is recorded elsewhere.
    case digestMismatch(expected: Digest, actual: Digest)
    /// They may be sound, but need a feature, version or algorithm this program does not have.
    case unsupported
    /// They ask for more than the limits of the format allow.
    case beyondLimit
    /// They could not be had: where they lie failed. They may be sound.
    case unreadable(SourceFailure)
  }

  /// What the caller acts on.
  public let kind: Kind
  /// What was being read, as the pages in formats/ call it: "preamble", "frame header".
  public let subject: String
  /// What is wrong with it, in a few words.
  public let reason: String
  /// The byte offset at which it showed, if one can be named.
  public let offset: Int?

  package init(_ kind: Kind, _ subject: String, _ reason: String, at offset: Int? = nil) {
    self.kind = kind
    self.subject = subject
    self.reason = reason
    self.offset = offset
  }

  package static func truncated(_ subject: String, at offset: Int) -> FormatError {
    FormatError(.truncated, subject, "the bytes end too early", at: offset)
  }

  package static func damaged(_ subject: String, _ reason: String, at offset: Int? = nil) -> FormatError {
    FormatError(.damaged, subject, reason, at: offset)
  }

  package static func beyondLimit(_ subject: String, _ reason: String, at offset: Int? = nil) -> FormatError {
    FormatError(.beyondLimit, subject, reason, at: offset)
  }

  package static func unsupported(_ subject: String, _ reason: String) -> FormatError {
    FormatError(.unsupported, subject, reason)
  }

  /// What bytes that are read as they are needed could not be had for.
  package static func unreadable(_ subject: String, _ error: any Error) -> FormatError {
    FormatError(.unreadable(SourceFailure(error)), subject, "\(error)")
  }

  package static func mismatch(_ subject: String, expected: Digest, actual: Digest) -> FormatError {
    FormatError(.digestMismatch(expected: expected, actual: actual), subject, "the digest differs")
  }
}

extension FormatError: CustomStringConvertible {
  public var description: String {
    var text = "\(subject): \(reason)"
    if let offset { text += " at offset \(offset)" }
    if case .digestMismatch(let expected, let actual) = kind { text += ", expected \(expected), found \(actual)" }
    return text
  }
}

/// What the place failed with that bytes were to be read from.
public struct SourceFailure: Sendable, Equatable {
  package let error: any Error

  package init(_ error: any Error) {
    self.error = error
  }

  /// Failures are equal that say the same.
  public static func == (left: SourceFailure, right: SourceFailure) -> Bool { "\(left.error)" == "\(right.error)" }
}
