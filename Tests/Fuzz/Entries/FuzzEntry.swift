/// One kind of bytes from outside. The fuzzer and the replay of the saved corpus both come in here.
package enum FuzzEntry: String, CaseIterable, Sendable {
  case preamble
  case pack
  case frame
  case sparsePatch = "sparse-patch"
  case prefixPatch = "prefix-patch"
  case manifestRoot = "manifest-root"
  case page
  case head
  case versions
  case intent
  case lease
  case store
  case delta
  case segment
  case copyState = "copy-state"
  case names
  case json
  case recordLines = "record-lines"
  case wordLines = "word-lines"
  case filter
  case s3Answers = "s3-answers"

  /// Does everything that is done with such bytes: once as they are, once for each way of mending their checksums.
  ///
  /// - Returns: how many of these tries were taken for sound.
  /// - Throws: when a property does not hold. What traps is not caught: that is for the fuzzer, or the test's exit, to
  ///   see.
  @discardableResult
  package func run(_ bytes: [UInt8]) throws(FuzzFinding) -> Int {
    let target = self.target
    var accepted = try target.accepts(bytes) ? 1 : 0
    for mend in target.mends {
      var mended = bytes
      mend(&mended)
      if mended != bytes, try target.accepts(mended) { accepted += 1 }
    }
    return accepted
  }

  /// Sound inputs, made by the project's own encoders.
  package func seeds() throws -> [[UInt8]] {
    try target.seeds()
  }

  private var target: FuzzTarget {
    switch self {
    case .preamble: .preamble
    case .pack: .pack
    case .frame: .frame
    case .sparsePatch: .sparsePatch
    case .prefixPatch: .prefixPatch
    case .manifestRoot: .manifestRoot
    case .page: .page
    case .head: .head
    case .versions: .versions
    case .intent: .intent
    case .lease: .lease
    case .store: .store
    case .delta: .delta
    case .segment: .segment
    case .copyState: .copyState
    case .names: .names
    case .json: .json
    case .recordLines: .recordLines
    case .wordLines: .wordLines
    case .filter: .filter
    case .s3Answers: .s3Answers
    }
  }
}
