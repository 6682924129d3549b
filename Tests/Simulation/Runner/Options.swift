import Simulator

/// What this program is asked for.
struct Options {
  var first: UInt64 = 0
  var count: UInt64 = 1_000
  var jobs = 2
  /// Tells everything that is sent, and what users are told.
  var traces = false
  var plant: Plant?
  var folder = "/dev/shm"

  static let usage = """
    snapsimulate [--from N] [--count N] [--jobs N] [--trace] [--plant NAME] [--folder DIR]
    Runs the protocols of the store under simulated writers, clocks and faults, one run for each seed from N on. A seed
    always gives the same run: --from N --count 1 repeats it. Exits 1 when something acknowledged was lost, doubled or
    stale. Bugs that --plant puts in: \(Plant.allCases.map(\.rawValue).joined(separator: ", ")).
    """

  /// Nil when the arguments are not as `usage` says.
  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      if name == "--trace" {
        traces = true
        continue
      }
      guard let text = rest.popFirst(), take(name, text) else { return nil }
    }
  }

  private mutating func take(_ name: String, _ text: String) -> Bool {
    switch name {
    case "--plant":
      plant = Plant(rawValue: text)
      return plant != nil
    case "--folder":
      folder = text
      return true
    case "--from", "--count", "--jobs": return take(name, number: UInt64(text))
    default: return false
    }
  }

  private mutating func take(_ name: String, number: UInt64?) -> Bool {
    guard let number, number <= UInt64(Int.max) else { return false }
    switch name {
    case "--from": first = number
    case "--count": count = number
    default: jobs = Int(clamping: max(number, 1))
    }
    return true
  }
}
