/// How records are appended.
public struct AppendOptions: Sendable, Equatable {
  /// Whose work it is: `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 64 bytes. Deltas of one producer are numbered without
  /// gaps.
  public var producer: String
  /// The number the first delta must get. Appending the same again with the same number is harmless; nil takes the
  /// next.
  public var sequence: UInt64?
  /// A name for the piece of work; at most 128 bytes.
  public var run: String
  /// How many operations the whole run will bring; nil: not declared.
  public var expected: UInt64?
  /// What to do when a line of an input cannot be used.
  public var badRecords = BadRecords.refuse

  /// What to do when a line of an input cannot be used.
  public enum BadRecords: Sendable {
    /// Nothing is appended.
    case refuse
    /// The rest is appended. With `expected`, `reconcile` tells how many are missing.
    case skip
  }

  /// Takes the next number of the producer, and refuses an input with a line that cannot be used.
  public init(
    producer: String = "default", sequence: UInt64? = nil, run: String = "", expected: UInt64? = nil
  ) {
    self.producer = producer
    self.sequence = sequence
    self.run = run
    self.expected = expected
  }
}

/// What the lines of an input are.
public enum LineFormat: String, Sendable, CaseIterable {
  /// Records and changes: `{"id": …, "vector": […], "metadata": {…}, "document": …}`, `{"id": …, "update": {…}}`,
  /// `{"id": …, "delete": true}`; `prefix` in the place of `id` changes or deletes all that begin with it.
  case records
  /// Words or lines that an OCR pipeline read: `image_id`, `receipt_id`, `line_id`, `word_id`, `text`, `vector`.
  case ocrWords = "ocr-words"
}

/// One delta of an append.
public struct AppendedDelta: Sendable, Equatable {
  /// What became of it.
  public enum Outcome: String, Sendable {
    /// It is durable now.
    case appended
    /// The number asked for holds this very work already.
    case alreadyThere
    /// The number asked for was compacted, and its delta is gone.
    case alreadyCompacted
  }

  /// The collection.
  public let collection: String
  /// Whose it is.
  public let producer: String
  /// Its number.
  public let sequence: UInt64
  /// What became of it.
  public let outcome: Outcome
  /// How many operations it holds.
  public let operations: UInt64
}

/// What `append` came to.
public struct Appended: Sendable, Equatable {
  /// The deltas, in order.
  public let deltas: [AppendedDelta]
  /// Operations that are durable in the collection.
  public let operations: UInt64
  /// Lines that could not be used, and were skipped because that was asked for.
  public let rejected: UInt64
  /// How long it took.
  public let seconds: Double
}

/// A line that could not be used.
public struct RejectedLine: Sendable, Equatable {
  /// Its number, from 1.
  public let line: Int
  /// The id or prefix it names, cut short where it is long; nil where it does not tell. Safe to print.
  public let identifier: String?
  /// Why. Safe to print.
  public let reason: String
}
