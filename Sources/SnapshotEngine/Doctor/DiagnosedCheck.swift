/// One thing that `diagnose` looked at.
public struct DiagnosedCheck: Sendable, Equatable {
  /// `origin` or `cache`.
  public let tier: String
  /// What was looked at, in one word: `opens`, `create`, `exclusive`, `fsync`, `rename`, `space`, `clock`, `latency` …
  public let check: String
  /// Whether it is as it has to be.
  public let isFine: Bool
  /// What was found, in words. Safe to print.
  public let found: String
  /// What to do about it; empty when all is well.
  public let advice: String
}
