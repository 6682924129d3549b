internal import Primitives

/// A whole record but for its id.
package struct RecordBody: Hashable, Sendable {
  package static let documentByteCountMax = 1 << 20

  /// The elements as they stand in memory and in objects: little-endian.
  package let vector: [UInt8]
  package let document: UTF8Text?
  package let metadata: MetadataFields

  package init(vector: [UInt8], document: UTF8Text?, metadata: MetadataFields) {
    self.vector = vector
    self.document = document
    self.metadata = metadata
  }

  package init(floats: [Float], document: UTF8Text? = nil, metadata: MetadataFields = .none) {
    var bytes = ByteWriter(capacity: floats.count * 4)
    bytes.append(littleEndian: floats)
    self.init(vector: bytes.bytes, document: document, metadata: metadata)
  }

  package var floats: [Float] {
    (0..<vector.count / 4).map { index in
      Float(bitPattern: vector.rawSpan.word(at: index * 4, as: UInt32.self) ?? 0)
    }
  }
}

/// One thing a producer does (formats/delta.md §3).
package enum RecordOperation: Hashable, Sendable {
  case upsert(RecordName, RecordBody)
  case patch(RecordName, MetadataFields)
  case delete(RecordName)
  case patchPrefix(RecordName, MetadataFields)
  case deletePrefix(RecordName)

  package enum Kind: UInt8, Sendable, CaseIterable {
    case upsert = 1
    case patch, delete, patchPrefix, deletePrefix

    package var hasFields: Bool { self == .upsert || self == .patch || self == .patchPrefix }
  }

  package var kind: Kind {
    switch self {
    case .upsert: .upsert
    case .patch: .patch
    case .delete: .delete
    case .patchPrefix: .patchPrefix
    case .deletePrefix: .deletePrefix
    }
  }

  package var name: RecordName {
    switch self {
    case .upsert(let name, _), .patch(let name, _), .delete(let name), .patchPrefix(let name, _),
      .deletePrefix(let name):
      name
    }
  }

  /// The fields an operation carries, if its kind has any.
  package var fields: MetadataFields? {
    switch self {
    case .upsert(_, let body): body.metadata
    case .patch(_, let fields), .patchPrefix(_, let fields): fields
    case .delete, .deletePrefix: nil
    }
  }
}

extension RecordOperation {
  /// Why the operation cannot be written, or nil when it can.
  package func defect(in schema: VectorSchema) -> String? {
    if let fields {
      if fields.encodedByteCount > MetadataFields.byteCountMax { return "metadata above 256 KiB" }
      if kind != .upsert, fields.isEmpty { return "a patch without a field" }
    }
    guard case .upsert(_, let body) = self else { return nil }
    if body.vector.count != schema.vectorByteCount {
      return "\(body.vector.count / 4) dimensions where the collection has \(schema.dimension)"
    }
    if body.metadata.fields.contains(where: { $0.value == nil }) { return "a removed key in a whole record" }
    if body.document?.utf8.count ?? 0 > RecordBody.documentByteCountMax { return "a document above 1 MiB" }
    return nil
  }
}

/// An operation and when it was done.
package struct StampedOperation: Hashable, Sendable {
  package let clock: HybridClock
  package let operation: RecordOperation

  package init(clock: HybridClock, operation: RecordOperation) {
    self.clock = clock
    self.operation = operation
  }
}
