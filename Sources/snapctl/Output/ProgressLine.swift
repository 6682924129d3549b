import Glibc
import Primitives
import SnapshotEngine
import Synchronization

/// Shows how far a call is: one line that is rewritten on a terminal, else a line every few seconds.
final class ProgressLine: Sendable {
  private enum Form { case rewritten, lines, objects }

  private struct State {
    var last: UInt64
    var isShown = false
  }

  private let form: Form
  private let started: UInt64
  private let state: Mutex<State>
  private let clock = SystemClock()

  /// Nil when no progress is wanted.
  init?(_ options: GlobalOptions) {
    switch options.progress {
    case .none: return nil
    case .json: form = .objects
    case .plain: form = .lines
    case .auto: form = Standard.error.isTerminal ? .rewritten : .lines
    }
    if options.quiet { return nil }
    started = clock.nanoseconds()
    state = Mutex(State(last: started))
  }

  func show(_ progress: Progress) {
    let now = clock.nanoseconds()
    let isDue = state.withLock { state in
      guard now - state.last >= interval else { return false }
      state.last = now
      state.isShown = form == .rewritten
      return true
    }
    guard isDue else { return }
    let seconds = Double(now - started) / 1e9
    switch form {
    case .rewritten: Standard.error.write("\r\u{1B}[K" + progress.text(after: seconds))
    case .lines: Standard.error.write(progress.text(after: seconds) + "\n")
    case .objects: Standard.error.write(progress.json(after: seconds).line)
    }
  }

  /// Takes the rewritten line away, before something else is printed.
  func clear() {
    let wasShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if wasShown { Standard.error.write("\r\u{1B}[K") }
  }

  private var interval: UInt64 {
    switch form {
    case .rewritten: 200_000_000
    case .lines: 5_000_000_000
    case .objects: 1_000_000_000
    }
  }
}

extension Progress {
  /// Seconds that are left at the pace so far.
  func secondsLeft(after seconds: Double) -> Double? {
    guard let total = bytesTotal, bytesDone > 0, bytesDone <= total else { return nil }
    return seconds * Double(total - bytesDone) / Double(bytesDone)
  }

  fileprivate func text(after seconds: Double) -> String {
    var text = "\(phase): \(Amount.bytes(bytesDone))"
    if let bytesTotal { text += " of \(Amount.bytes(bytesTotal))" }
    if itemsDone > 0 { text += ", \(itemsDone)" + (itemsTotal.map { " of \($0)" } ?? "") + " items" }
    if seconds > 0 { text += ", \(Amount.bytes(UInt64(Double(bytesDone) / seconds)))/s" }
    if let left = secondsLeft(after: seconds) { text += ", \(Amount.seconds(left)) left" }
    return text
  }

  fileprivate func json(after seconds: Double) -> JSONValue {
    .object(
      "progress",
      [
        "phase": .string(phase), "bytesDone": .count(bytesDone), "bytesTotal": .count(bytesTotal),
        "itemsDone": .count(itemsDone), "itemsTotal": .count(itemsTotal),
        "etaSeconds": secondsLeft(after: seconds).map { .seconds($0) } ?? .null,
      ])
  }
}
