internal import Catalog
internal import Primitives
internal import SnapshotFormat

/// What the database remembers of a line: the head that was committed last on this machine. May lag behind the origin.
struct CatalogEntry: Equatable {
  let revision: UInt64
  let writeIdentifier: UniqueName
  let intent: IntentIdentifier

  init(_ publication: HeadPublication) {
    revision = publication.revision
    writeIdentifier = publication.writeIdentifier
    intent = publication.intent
  }

  /// Nil when the bytes are none: then nothing is remembered.
  init?(_ bytes: [UInt8]?) {
    guard let bytes else { return nil }
    var reader = ByteReader(bytes.rawSpan, of: "catalog entry")
    do throws(FormatError) {
      revision = try reader.integer()
      writeIdentifier = try reader.uniqueName()
      intent = try reader.intentIdentifier()
      try reader.finish()
    } catch {
      return nil
    }
  }

  var bytes: [UInt8] {
    var output = ByteWriter(capacity: 32)
    output.integer(revision)
    output.uniqueName(writeIdentifier)
    output.integer(intent.value)
    return output.bytes
  }

  static func headKey(_ collection: CollectionName) -> String { "head/\(collection)" }

  static func intentKey(_ collection: CollectionName, _ intent: IntentIdentifier) -> String {
    "intent/\(collection)/\(intent.hex)"
  }
}
