package import Primitives

extension ByteReader {
  /// A collection's name as text, `@store` included.
  package mutating func collectionName() throws(FormatError) -> CollectionName {
    let text = try string(limit: CollectionName.byteCountMax)
    if text == CollectionName.store.string { return .store }
    guard let name = CollectionName(text) else { throw damaged("not the name of a collection") }
    return name
  }

  package mutating func tagName() throws(FormatError) -> TagName {
    guard let name = TagName(try string(limit: 64)) else { throw damaged("not a tag") }
    return name
  }

  package mutating func producerName() throws(FormatError) -> ProducerName {
    guard let name = ProducerName(try string(limit: 64)) else { throw damaged("not the name of a producer") }
    return name
  }

  package mutating func intentIdentifier() throws(FormatError) -> IntentIdentifier {
    IntentIdentifier(value: try integer())
  }

  /// An action this program knows; another one comes from a newer writer.
  package mutating func headAction() throws(FormatError) -> HeadAction {
    let number: UInt8 = try integer()
    guard let action = HeadAction(rawValue: number) else { throw .unsupported("head", "action \(number) is not known") }
    return action
  }

  package mutating func lineKind() throws(FormatError) -> LineKind {
    let number: UInt8 = try integer()
    guard let kind = LineKind(rawValue: number) else { throw .unsupported("head", "kind \(number) is not known") }
    return kind
  }

  package mutating func collectionKind() throws(FormatError) -> CollectionKind {
    guard let kind = try lineKind().collection else { throw damaged("the store's own line is no collection") }
    return kind
  }
}
