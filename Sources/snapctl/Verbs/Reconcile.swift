import ArgumentParser
import Primitives
import SnapshotEngine

struct Reconcile: Verb {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Accounts for every operation that was announced.",
    discussion: """
      For each run: declared = appended = applied + superseded + pending + quarantined, counted from the sealed \
      deltas. Exits with 11 when something is missing, too much, or damaged and not yet set aside; with 4 when the \
      version itself is damaged.

      Example:
        snapctl reconcile words
      """)

  @Argument(help: "The collection.") var name: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let console = session.console
    let account = try await session.open().reconcile(name)
    for run in account.runs { console.result(run.json, run.line) }
    for gap in account.missing { console.result(gap.json, gap.line) }
    for delta in account.damaged { console.result(delta.json, delta.line) }
    let verdict = account.reconciles ? "everything is accounted for" : "not everything is accounted for"
    console.result(account.json(name), "\(name): \(verdict)")
    return account.reconciles ? 0 : EngineError.Code.differs.exitCode
  }
}

extension ReconciledRun {
  fileprivate var json: JSONValue {
    .object(
      "run",
      [
        "run": .string(name), "declared": .count(declared), "appended": .count(appended), "applied": .count(applied),
        "superseded": .count(superseded), "pending": .count(pending), "quarantined": .count(quarantined),
        "missing": .count(missing), "surplus": .count(surplus), "reconciles": .boolean(reconciles),
      ])
  }

  fileprivate var line: String {
    let title = name.isEmpty ? "without a run" : "run \(Printable.string(name))"
    let announced = declared.map { "\($0) declared, " } ?? ""
    return """
      \(title): \(announced)\(appended) appended = \(applied) applied + \(superseded) superseded + \(pending) pending \
      + \(quarantined) quarantined\(missing > 0 ? "; \(missing) missing" : "")\
      \(surplus > 0 ? "; \(surplus) more than declared" : "")
      """
  }
}

extension MissingDeltas {
  fileprivate var json: JSONValue {
    .object(
      "missing",
      ["producer": .string(producer), "sequences": .array(sequences.prefix(1_000).map { .count($0) })])
  }

  fileprivate var line: String {
    "missing: \(Amount.count(UInt64(sequences.count), "delta")) of \(producer), first \(sequences.first ?? 0)"
  }
}

extension Reconciled {
  fileprivate func json(_ collection: String) -> JSONValue {
    .object(
      "reconciled",
      [
        "collection": .string(collection), "reconciles": .boolean(reconciles), "runs": .count(runs.count),
        "missing": .count(missing.reduce(0) { $0 + $1.sequences.count }), "damaged": .count(damaged.count),
      ])
  }
}
