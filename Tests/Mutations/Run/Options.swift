/// What this program is asked for.
struct Options {
  var seed: UInt64 = 1
  var first: UInt64 = 0
  var count: UInt64 = 1_000_000
  var jobs = 2
  /// Tells each mutation before it is tried.
  var traces = false
  var plant: Plant?
  var folder = "/dev/shm"

  static let usage = """
    snapmutate [--seed N] [--from N] [--count N] [--jobs N] [--trace] [--plant NAME] [--folder DIR]
    Mutates objects of small stores, verifies and reads all of each, and counts what came of it. Mutation K of a seed is
    always the same: --seed and --from repeat it. Exits 1 when something wrong was read or damage went unnoticed, 3 when
    a mutation hangs. Bugs that --plant puts in: \(Plant.allCases.map(\.rawValue).joined(separator: ", ")).
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
    if name == "--plant" {
      plant = Plant(rawValue: text)
      return plant != nil
    }
    if name == "--folder" {
      folder = text
      return true
    }
    guard let number = UInt64(text) else { return false }
    switch name {
    case "--seed": seed = number
    case "--from": first = number
    case "--count": count = number
    case "--jobs": jobs = Int(clamping: max(number, 1))
    default: return false
    }
    return true
  }
}
