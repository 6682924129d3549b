/// What an export came to.
public struct ExportedSnapshot: Sendable, Equatable {
  /// The version that was exported.
  public let snapshot: Snapshot
  /// The bytes of the archive.
  public let bytes: UInt64
  /// How long it took.
  public let seconds: Double
}
