import Glibc
import SnapshotEngine

/// Makes collections of records, and measures how fast they are read in process.
struct Measure {
  enum Refusal: Error { case usage(String) }

  static let usage = """
    snapmeasure fill STORE NAME COUNT DIMENSION SEED: appends and compacts that many records
    snapmeasure reads STORE NAME COPY SEED: times opening, scanning and getting over a synced copy
    """

  private let arguments: [String]

  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  func run() async throws {
    guard arguments.count > 3, let seed = UInt64(arguments.last ?? "") else { throw Refusal.usage(Measure.usage) }
    let engine = try await SnapshotEngine.open(arguments[1])
    switch (arguments[0], arguments.count) {
    case ("fill", 6):
      guard let count = Int(arguments[3]), let dimension = Int(arguments[4]) else { throw Refusal.usage(Measure.usage) }
      var fill = Fill(engine, arguments[2], count: count, dimension: dimension, seed: seed)
      try await fill.run()
    case ("reads", 5):
      try await Reads(engine, arguments[2], copy: arguments[3], seed: seed).run()
    default: throw Refusal.usage(Measure.usage)
    }
  }
}
