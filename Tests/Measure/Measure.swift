import SnapshotEngine

/// Makes collections of records, and measures in process what the engine takes for them.
struct Measure {
  enum Refusal: Error { case usage(String) }

  static let usage = """
    snapmeasure fill STORE NAME COUNT DIMENSION SEED: appends and compacts that many records
    snapmeasure deltas STORE NAME COUNT DIMENSION SEED: appends them, no more
    snapmeasure reads STORE NAME COPY SEED: times opening, scanning and getting over a synced copy
    snapmeasure appends STORE NAME COUNT DIMENSION SEED: times appends of 100 records each
    snapmeasure compactions STORE NAME COUNT DIMENSION ROUNDS SEED: times compactions of 600 records into that many
    snapmeasure rewrite STORE NAME OTHER 0: puts the records into another store, in one go
    snapmeasure scatter STORE NAME COUNT DIMENSION SEED: overwrites records of so many in 333 places, and appends some
    snapmeasure commits STORE NAME COUNT SEED: commits to a collection of two versions, and times each head it sends
    snapmeasure words FILE COUNT DIMENSION SEED: writes the records that `appends` appends to a file
    """

  private let arguments: [String]

  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  func run() async throws {
    guard let seed = UInt64(arguments.last ?? "") else { throw Refusal.usage(Measure.usage) }
    switch (arguments[0], arguments.count) {
    case ("deltas", 6):
      let fill = Fill(try await engine(), arguments[2], count: try number(3), dimension: try number(4), seed: seed)
      try await fill.append()
    case ("fill", 6):
      let fill = Fill(try await engine(), arguments[2], count: try number(3), dimension: try number(4), seed: seed)
      try await fill.run()
    case ("reads", 5):
      try await Reads(try await engine(), arguments[2], copy: arguments[3], seed: seed).run()
    case ("appends", 6):
      var appends = Appends(
        try await engine(), arguments[2], count: try number(3), dimension: try number(4), seed: seed)
      try await appends.run()
    case ("compactions", 7):
      var compactions = Compactions(
        try await engine(), arguments[2], count: try number(3), dimension: try number(4), rounds: try number(5),
        seed: seed)
      try await compactions.run()
    case ("rewrite", 5):
      let other = try await SnapshotEngine.open(arguments[3])
      try await Rewrite(try await engine(), other, arguments[2]).run()
    case ("scatter", 6):
      var scatter = Scatter(
        try await engine(), arguments[2], count: try number(3), dimension: try number(4), seed: seed)
      try await scatter.run()
    case ("commits", 5):
      Publications.listen()
      try await Commits(try await engine(), arguments[2], count: try number(3), seed: seed).run()
    case ("words", 5):
      var file = WordFile(count: try number(2), dimension: try number(3), seed: seed)
      try file.write(to: arguments[1])
    default: throw Refusal.usage(Measure.usage)
    }
  }

  private func engine() async throws -> SnapshotEngine { try await SnapshotEngine.open(arguments[1]) }

  private func number(_ index: Int) throws -> Int {
    guard let number = Int(arguments[index]) else { throw Refusal.usage(Measure.usage) }
    return number
  }
}
