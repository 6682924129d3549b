package import Primitives

/// Which backend orders the commits of a store (formats/store.md §2).
package enum CatalogKind: UInt8, Sendable, CaseIterable {
  case rocksdb = 1
  case directory = 2
  case s3 = 3
}

/// What never changes of a store: the object `store`, written once.
package struct StoreIdentity: Sendable, Equatable {
  package let identifier: UniqueName
  package let catalog: CatalogKind
  package let created: Timestamp
  /// What it asks of those who write to the store.
  package private(set) var writers = WriterRequirement.none

  package init(identifier: UniqueName, catalog: CatalogKind, created: Timestamp) {
    self.identifier = identifier
    self.catalog = catalog
    self.created = created
  }

  /// The id algorithm of version 1: SHA-256 of the raw bytes.
  private static let plainIdentifiers: UInt8 = 1

  package func encoded() -> SealedObject.Encoded {
    var sections = SectionWriter()
    sections.section(1) { output in
      output.uniqueName(identifier)
      output.integer(StoreIdentity.plainIdentifiers)
      output.integer(catalog.rawValue)
      output.timestamp(created)
    }
    return SealedObject.encode(.store, named: .store, writers: writers, sections: sections)
  }

  package init(decoding bytes: RawSpan) throws(FormatError) {
    self = try SealedObject.decode(bytes, type: .store, named: .store, of: "store") {
      (sections: inout SectionReader) throws(FormatError) in
      var identity = try sections.required(1) { (input) throws(FormatError) in try StoreIdentity(from: &input) }
      identity.writers = sections.writers
      return identity
    }
  }

  private init(from input: inout ByteReader) throws(FormatError) {
    identifier = try input.uniqueName()
    let algorithm: UInt8 = try input.integer()
    guard algorithm == StoreIdentity.plainIdentifiers else {
      throw .unsupported("store", "id algorithm \(algorithm) is not supported")
    }
    let number: UInt8 = try input.integer()
    guard let catalog = CatalogKind(rawValue: number) else {
      throw .unsupported("store", "catalog \(number) is not supported")
    }
    self.catalog = catalog
    created = try input.timestamp()
  }
}
