/// A durable write that did not return its outcome.
package struct DurableWriteError: Error, Sendable, Equatable {
  package let cause: FileError
  /// Whether the file may be there under its final name all the same. If not, nothing has changed.
  package let mayHaveLanded: Bool

  static func nothingLanded(_ cause: FileError) -> DurableWriteError {
    DurableWriteError(cause: cause, mayHaveLanded: false)
  }

  static func mayHaveLanded(_ cause: FileError) -> DurableWriteError {
    DurableWriteError(cause: cause, mayHaveLanded: true)
  }
}

extension DurableWriteError: CustomStringConvertible {
  package var description: String { cause.description }
}
