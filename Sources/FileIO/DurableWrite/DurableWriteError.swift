/// A durable write that did not return its outcome.
package struct DurableWriteError: Error, Sendable, Equatable {
  /// What is there under the final name.
  package enum Landing: Sendable, Equatable {
    /// What was there before: nothing has changed.
    case nothing
    /// That, or the file. Looking tells.
    case uncertain
    /// The file, or another writer's; but its directory could not be synced. The system forgets what it failed to
    /// write, so neither looking nor another sync tells whether a crash would leave it.
    case unsynced
  }

  package let cause: FileError
  package let landing: Landing

  /// Whether the file may be there under its final name all the same.
  package var mayHaveLanded: Bool { landing != .nothing }

  static func nothingLanded(_ cause: FileError) -> DurableWriteError {
    DurableWriteError(cause: cause, landing: .nothing)
  }

  static func unsynced(_ cause: FileError) -> DurableWriteError {
    DurableWriteError(cause: cause, landing: .unsynced)
  }

  /// A link or rename that failed.
  static func unnamed(_ cause: FileError) -> DurableWriteError {
    DurableWriteError(cause: cause, landing: cause.leavesLinkUncertain ? .uncertain : .nothing)
  }
}

extension DurableWriteError: CustomStringConvertible {
  package var description: String { cause.description }
}
