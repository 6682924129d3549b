import ArgumentParser
import Primitives
import SnapshotEngine

struct Warm: Verb {
  static let configuration = CommandConfiguration(
    commandName: "warm",
    abstract: "Fills the cache with all that a version needs.",
    discussion: """
      What is in the cache already is not read again. Of several that warm one cache each object is fetched by one.

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
          "version": .string(warmed.version), "packs": .count(warmed.packs), "bytesFilled": .count(warmed.bytesFilled),
          "seconds": .number(warmed.seconds),
        ]),
      "\(warmed.version): \(Amount.count(warmed.packs, "pack")), \(Amount.bytes(warmed.bytesFilled)) put into the cache"
    )
    return 0
  }
}
