import ArgumentParser
import Primitives
import SnapshotEngine

struct Verify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks a store, a collection or a version.",
    discussion: """
      Levels: head, structure, packs (stored bytes), sample=N%, full (decodes and hashes everything), \
      semantic (and reads every row of records, and counts them). Goes on \
      after damage, names each damaged object, and exits with 4. A cache need not be whole: what is there is checked; \
      with --tier all the two are compared, too.

      With --heal, a pack or manifest that is damaged or missing in one tier and whole in the other is put right: the \
      damaged bytes are moved to quarantine/ with the reason, the right ones are written, and the tier is verified \
      again. Exit status 3: all that was damaged is healed; 4: some is left. Then the files are named that no tier \
      has any more (level full).

      Example:
        snapctl verify
        snapctl verify --tier all --heal --cache /mnt/efs/cache
        snapctl verify words@12 --level structure --json
        snapctl verify --local ./copy
      """)

  @Argument(help: "The collection or version; none: the whole store.") var name: String?

  @Option(help: ArgumentHelp("head, structure, packs, sample=N%, full or semantic.", valueName: "level"))
  var level = "full"

  @Option(help: ArgumentHelp("Which tier is read: origin, cache or all.", valueName: "tier"))
  var tier = VerifiedTier.origin

  @Flag(help: "Gives each damaged tier back what the other one still has.")
  var heal = false

  @Flag(help: "Checks the files of a local copy, named instead of a version, against what it remembers.")
  var local = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if heal, local { throw ValidationError("--heal is for tiers; a local copy is put right by `sync`") }
  }

  func paths(_ configuration: EngineConfiguration) -> [String] { local ? [name].compactMap(\.self) : [] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    if local { return try await verifyCopy(session) }
    let console = session.console
    let engine = try await opened(session)
    console.remark("verifying \(Printable.string(name ?? engine.store)), level \(level)")
    guard !heal else { return try await healed(engine, console) }
    let verified = try await engine.verify(name, level: level, tier: tier, progress: console.progress) { damage in
      console.result(damage.json, damage.line)
    }
    return finish(verified, console)
  }

  private func healed(_ engine: SnapshotEngine, _ console: Console) async throws(EngineError) -> Int32 {
    let verified = try await engine.heal(name, level: level, tier: tier, progress: console.progress) { event in
      console.result(event.json, event.line)
    }
    return finish(verified, console)
  }

  /// A store whose own object is damaged cannot be opened; that is named like any other damage.
  private func opened(_ session: Session) async throws(EngineError) -> SnapshotEngine {
    do throws(EngineError) {
      return try await session.open()
    } catch {
      guard error.code == .damaged, let object = error.subject else { throw error }
      session.console.result(
        .object(
          "damage",
          [
            "tier": .string("origin"), "object": .string(object), "kind": .string("damaged"), "chunk": .null,
            "offset": .null, "files": .texts([]), "collections": .texts([]), "reason": .string(error.message),
          ]), "damaged  \(Printable.string(object)): \(Printable.string(error.message))")
      throw error
    }
  }

  private func verifyCopy(_ session: Session) async throws(EngineError) -> Int32 {
    guard let name else { throw EngineError(.usage, "--local needs a directory") }
    let console = session.console
    console.remark("verifying the copy \(Printable.string(name))")
    let verified = try await SnapshotEngine.verify(
      copy: name, configuration: session.configuration(),
      part: { console.remark("it holds a part of its version: \(Amount.part($0))") },
      found: { console.result($0.json, $0.line) })
    return finish(verified, console)
  }

  private func finish(_ verified: Verified, _ console: Console) -> Int32 {
    console.result(verified.json, verified.line)
    if verified.damaged == 0 { return 0 }
    let code = verified.damaged == verified.healed ? EngineError.Code.damagedHealed : .damaged
    return code.exitCode
  }
}

extension DamagedObject {
  /// The `damage` object.
  var json: JSONValue {
    .object(
      "damage",
      [
        "tier": .string(tier), "object": .string(object), "kind": .string(kind), "chunk": .hash(chunk),
        "offset": offset.map { .count($0) } ?? .null, "files": .texts(files), "collections": .texts(collections),
        "reason": .string(reason),
      ])
  }

  var line: String {
    let needed = (files + collections).isEmpty ? "" : " (\((files + collections).joined(separator: ", ")))"
    return "\(kind)  \(Printable.string(object))\(needed): \(reason)"
  }
}

extension Verified {
  /// The `verified` object.
  fileprivate var json: JSONValue {
    .object(
      "verified",
      [
        "level": .string(level), "objects": .count(objects), "chunks": .count(chunks), "bytes": .count(bytes),
        "damaged": .count(damaged), "healed": .count(healed), "seconds": .seconds(seconds),
      ])
  }

  fileprivate var line: String {
    let looked = """
      \(Amount.count(objects, "object")), \(Amount.count(chunks, "chunk")), \(Amount.bytes(bytes)) in \
      \(Amount.seconds(seconds))
      """
    if damaged == 0 { return "sound: \(looked)" }
    let told = healed > 0 ? ", \(healed) of them healed," : ""
    return "\(Amount.count(damaged, "damaged object"))\(told) among \(looked)"
  }
}
