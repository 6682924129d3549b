internal import Catalog
internal import Primitives

/// Names as users give them.
enum Names {
  static func collection(_ text: String) throws(EngineError) -> CollectionName {
    guard let name = CollectionName(text) else {
      throw EngineError(
        .usage, "\"\(Printable.string(text))\" is no name of a collection", subject: Printable.string(text),
        advice: "A name is [a-z0-9][a-z0-9._-]*, levels joined by /")
    }
    return name
  }

  static func version(_ text: String) throws(EngineError) -> VersionReference {
    guard let reference = VersionReference(text) else {
      throw EngineError(
        .usage, "\"\(Printable.string(text))\" names no version", subject: Printable.string(text),
        advice: "Write NAME, NAME@12, NAME@tag or NAME@latest; a name is [a-z0-9][a-z0-9._-]*, levels joined by /")
    }
    return reference
  }

  static func tag(_ text: String) throws(EngineError) -> TagName {
    guard let tag = TagName(text) else {
      throw EngineError(
        .usage, "\"\(Printable.string(text))\" is no tag", subject: Printable.string(text),
        advice: "A tag begins with a letter, then letters, digits, '.', '_' and '-'; `latest` is taken")
    }
    return tag
  }

  static func producer(_ text: String) throws(EngineError) -> ProducerName {
    guard let producer = ProducerName(text) else {
      throw EngineError(
        .usage, "\"\(Printable.string(text))\" is no name of a producer", subject: Printable.string(text),
        advice: "A producer is [A-Za-z0-9][A-Za-z0-9._-]*, at most 64 bytes")
    }
    return producer
  }

  static func path(_ text: String) throws(EngineError) -> RelativePath {
    guard let path = RelativePath(text) else {
      throw EngineError(
        .usage, "\"\(Printable.string(text))\" is no path in a snapshot", subject: Printable.string(text),
        advice: "Write it relative to the snapshot's root, without . and ..")
    }
    return path
  }
}
