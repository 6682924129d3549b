import ArgumentParser
import Primitives
import SnapshotEngine

struct Warm: Verb {
  static let configuration = CommandConfiguration(
    commandName: "warm",
    abstract: "Fills the cache with all that a version needs.",
    discussion: """
      What is in the cache already is read from there and checked; what is damaged is set aside and fetched again. Of \
      several that warm one cache each object is fetched by one. Exit 1 when the cache lacks something in the end.

      Example:
        snapctl warm words --cache /mnt/efs/cache
        snapctl warm words@12
      """)

  @Argument(help: "The version: NAME, NAME@12 or NAME@TAG.") var version: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let warmed = try await engine.warm(version)
    session.console.result(
      .object(
        "warmed",
        [
          "version": .string(warmed.version), "packs": .count(warmed.packs), "damaged": .count(warmed.damaged),
          "missing": .count(warmed.missing), "bytesFilled": .count(warmed.bytesFilled),
          "seconds": .number(warmed.seconds),
        ]), warmed.text)
    guard warmed.missing > 0 else { return 0 }
    throw EngineError(
      .failed, "\(Amount.count(warmed.missing, "pack")) not in the cache: \(warmed.failure ?? "")",
      subject: "cache", advice: "Look at the cache: its room, its rights, its mount")
  }
}

extension WarmedSnapshot {
  fileprivate var text: String {
    let aside = damaged == 0 ? "" : "\(Amount.count(damaged, "damaged object")) set aside, "
    return "\(version): \(Amount.count(packs, "pack")), \(aside)\(Amount.bytes(bytesFilled)) put into the cache"
  }
}
