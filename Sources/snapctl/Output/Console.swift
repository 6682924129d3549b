import Primitives
import SnapshotEngine

/// Where a verb puts what it found: results to stdout, remarks and progress to stderr.
final class Console: Sendable {
  let isJSON: Bool
  private let isQuiet: Bool
  private let progressLine: ProgressLine?

  init(_ options: GlobalOptions) {
    isJSON = options.json
    isQuiet = options.quiet
    progressLine = ProgressLine(options)
  }

  /// One sentence about what is going on. The first of them is the first line of stderr.
  func remark(_ sentence: String) {
    guard !isQuiet else { return }
    progressLine?.clear()
    Standard.error.write(Printable.string(sentence) + "\n")
  }

  /// A result: the object with --json, else the text.
  @discardableResult
  func result(_ object: JSONValue, _ text: @autoclosure () -> String) -> Bool {
    progressLine?.clear()
    return Standard.output.write(isJSON ? object.line : text() + "\n")
  }

  /// A summary that people do not need.
  func summary(_ object: JSONValue) {
    if isJSON { Standard.output.write(object.line) }
  }

  /// Bytes as they are.
  func bytes(_ bytes: [UInt8]) -> Bool {
    Standard.output.write(bytes)
  }

  /// Bytes as they are, of something that is nothing in part.
  ///
  /// - Throws: when they were not written, whether nobody reads or there is no room.
  func send(_ bytes: [UInt8]) throws(EngineError) {
    progressLine?.clear()
    guard Standard.output.write(bytes) else {
      throw EngineError(
        .failed, "stdout takes no more: nobody reads, or there is no room", advice: "What was written is not whole")
    }
  }

  func failure(_ error: EngineError) {
    progressLine?.clear()
    Standard.error.write("snapctl: \(error.message)\n")
    if !error.advice.isEmpty { Standard.error.write("  \(error.advice).\n") }
    if isJSON { Standard.output.write(error.json.line) }
  }

  /// Shows how far a call is; nil when nobody wants to see it.
  var progress: ProgressHandler? {
    guard let progressLine else { return nil }
    return { progressLine.show($0) }
  }
}
