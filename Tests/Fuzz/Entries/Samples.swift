import Primitives
import SnapshotFormat

/// Sound values of which the seeds are made. Always the same.
enum Samples {
  static func name(_ number: UInt64) -> UniqueName { UniqueName(high: number, low: ~number) }
  static let time = Timestamp(milliseconds: 1_700_000_000_000)

  static func collection() throws -> CollectionName { try known(CollectionName("receipts/words")) }
  static func producer(_ text: String = "worker-1") throws -> ProducerName { try known(ProducerName(text)) }
  static func path(_ text: String) throws -> RelativePath { try known(RelativePath(text)) }

  static func known<Value>(_ value: Value?) throws(FuzzFinding) -> Value {
    guard let value else { throw FuzzFinding("a sample is not what it should be") }
    return value
  }

  /// A chunk stored in full.
  static func reference(_ number: UInt64, byteCount: Int = 65_536) -> Reference {
    let place = Reference.Place(
      pack: name(number), frameOffset: 144, frameByteCount: byteCount + 80, formOffset: 0, formByteCount: byteCount)
    return Reference(id: .of([UInt8(truncatingIfNeeded: number)]), byteCount: byteCount, place: place)
  }

  /// A chunk stored as a patch.
  static func patched(_ number: UInt64) -> Reference {
    let place = Reference.Place(
      pack: name(number), frameOffset: 4_096, frameByteCount: 900, formOffset: 30, formByteCount: 60)
    return Reference(
      id: .of([2]), byteCount: 100, place: place, form: .sparsePatch, chainDepth: 2, chainByteCount: 700,
      base: Reference.Base(slots: [4, 9], offset: 3, byteCount: 90))
  }

  static func list(_ references: Reference?...) -> ReferenceList { ReferenceList(level: 0, references: references) }

  /// Three owners in a row, one of them twice.
  static let owners = [(3, 1_000, 100), (1, 0, 0), (70_000, 1_000, 100)].map {
    OwnerRun(count: $0.0, owner: Owner(user: $0.1, group: $0.2))
  }

  static func sealed(_ number: UInt64) -> SealedReference {
    SealedReference(name: name(number), byteCount: 500, digest: .of([UInt8(truncatingIfNeeded: number)]))
  }

  /// Bytes that do not compress.
  static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    let random = SeededRandomSource(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}
