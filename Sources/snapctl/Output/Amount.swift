import Primitives
import SnapshotEngine

/// Amounts for people.
enum Amount {
  /// The patterns of a part, as they are given.
  static func part(_ includes: [String]) -> String { SyncOptions.text(of: includes) }

  /// Behind the name of a version of which a copy has a part.
  static func isPart(_ includes: [String]?) -> String { includes == nil ? "" : ", a part," }

  /// `2.1 MB`: powers of 1,000, two digits or more.
  static func bytes(_ count: UInt64) -> String {
    guard count >= 1_000 else { return "\(count) B" }
    var value = Double(count)
    var units = ["kB", "MB", "GB", "TB", "PB", "EB"][...]
    value /= 1_000
    while value >= 999.95, units.count > 1 {
      value /= 1_000
      units = units.dropFirst()
    }
    return "\(tenths(value)) \(units.first ?? "EB")"
  }

  static func seconds(_ seconds: Double) -> String {
    seconds < 90 ? "\(tenths(seconds)) s" : "\(Int(min(seconds, 1e15) / 60)) min"
  }

  /// `1 file`, `2 files`.
  static func count(_ count: UInt64, _ one: String) -> String {
    count == 1 ? "1 \(one)" : "\(count) \(one)s"
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
