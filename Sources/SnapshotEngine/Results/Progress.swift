/// How far a call is. Told now and then; never the result.
public struct Progress: Sendable, Equatable {
  /// What is being done, in one word: `create`, `sync`, `verify`.
  public let phase: String
  /// Bytes that were dealt with.
  public var bytesDone: UInt64 = 0
  /// Bytes in all, where that is known.
  public var bytesTotal: UInt64?
  /// Files, chunks or records that were dealt with.
  public var itemsDone: UInt64 = 0
  /// Items in all, where that is known.
  public var itemsTotal: UInt64?

  /// Nothing done yet.
  public init(phase: String) {
    self.phase = phase
  }
}

/// Is told how far a call is, from the thread that does the work. Must return soon.
public typealias ProgressHandler = @Sendable (Progress) -> Void

/// One file whose bytes moved, and why.
public struct Explanation: Sendable, Equatable {
  /// The file's path in the snapshot, safe to print.
  public let path: String
  /// Bytes of the file that the sentence accounts for: all of it.
  public let bytes: UInt64
  /// Why, in one sentence.
  public let reason: String
}
