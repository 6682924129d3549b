/// A record of a collection of vectors.
public struct VectorRecord: Sendable, Equatable {
  /// 1 to 1,024 bytes of UTF-8; unique in its collection.
  public var id: String
  /// As many elements as the collection's dimension.
  public var vector: [Float]
  /// What is known of it; keys of 1 to 256 bytes.
  public var metadata: [String: MetadataItem]
  /// The text it stands for, if there is one; at most 1 MiB.
  public var document: String?

  /// A record that is in no collection yet.
  public init(id: String, vector: [Float], metadata: [String: MetadataItem] = [:], document: String? = nil) {
    self.id = id
    self.vector = vector
    self.metadata = metadata
    self.document = document
  }
}

/// One value of a record's metadata.
public enum MetadataItem: Sendable, Equatable {
  /// A text.
  case string(String)
  /// A whole number.
  case integer(Int64)
  /// A number; finite.
  case number(Double)
  /// Yes or no.
  case boolean(Bool)
  /// Texts.
  case strings([String])
  /// Whole numbers.
  case integers([Int64])
  /// Numbers; finite.
  case numbers([Double])
  /// Yes or no, several times.
  case booleans([Bool])
}

/// One thing that is to be done to a collection of vectors.
public enum RecordChange: Sendable, Equatable {
  /// Puts a record in, or in the place of the one with its id.
  case put(VectorRecord)
  /// Changes metadata of a record; nil removes a key. Waits when there is no such record yet.
  case update(id: String, [String: MetadataItem?])
  /// Changes metadata of all records whose ids begin with the prefix, of those to come too.
  case updateAll(prefix: String, [String: MetadataItem?])
  /// Removes a record.
  case delete(id: String)
  /// Removes all records whose ids begin with the prefix.
  case deleteAll(prefix: String)
}
