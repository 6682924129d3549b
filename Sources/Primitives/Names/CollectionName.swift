/// The name of a collection: `[a-z0-9][a-z0-9._-]*`, levels joined by `/`, at most 128 bytes.
public struct CollectionName: Hashable, Sendable {
  /// The name as text.
  public let string: String

  /// The line of the store itself: which collections there are.
  package static let store = CollectionName(unchecked: "@store")

  package static let byteCountMax = 128

  private init(unchecked string: String) {
    self.string = string
  }

  /// Nil when `string` is not a collection name. `@store` is none: no outside text can name the store's own line.
  public init?(_ string: String) {
    guard string.utf8.count <= CollectionName.byteCountMax, !string.isEmpty else { return nil }
    for level in string.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard let first = level.first, first.isLowercaseOrDigit else { return nil }
      guard level.allSatisfy({ $0.isLowercaseOrDigit || $0.isNamePunctuation }) else { return nil }
    }
    self.init(unchecked: string)
  }

  /// How the name stands in an object's path: levels joined by `+` (formats/store.md §1).
  package var pathComponent: String {
    String(decoding: string.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "+") : $0 }, as: UTF8.self)
  }

  /// The name that stands in an object's path, or nil.
  package init?(pathComponent: some StringProtocol) {
    if pathComponent == CollectionName.store.string {
      self = .store
      return
    }
    guard !pathComponent.utf8.contains(UInt8(ascii: "/")) else { return nil }
    let plus = UInt8(ascii: "+")
    self.init(String(decoding: pathComponent.utf8.map { $0 == plus ? UInt8(ascii: "/") : $0 }, as: UTF8.self))
  }
}

extension CollectionName: Comparable, CustomStringConvertible {
  public static func < (left: CollectionName, right: CollectionName) -> Bool { left.string < right.string }
  public var description: String { string }
}

/// The name of a producer of deltas: `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 64 bytes.
public struct ProducerName: Hashable, Sendable {
  /// The name as text.
  public let string: String

  /// Nil when `string` is not a producer name.
  public init?(_ string: String) {
    guard string.utf8.count <= 64, let first = string.utf8.first, first.isLetterOrDigit else { return nil }
    guard string.utf8.allSatisfy({ $0.isLetterOrDigit || $0.isNamePunctuation }) else { return nil }
    self.string = string
  }
}

extension ProducerName: Comparable, CustomStringConvertible {
  public static func < (left: ProducerName, right: ProducerName) -> Bool {
    left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
  }
  public var description: String { string }
}

/// A tag of a version: an ASCII letter, then `[A-Za-z0-9._-]*`, at most 64 bytes.
public struct TagName: Hashable, Sendable {
  /// The name as text.
  public let string: String

  /// Nil when `string` is not a tag. `latest` is none: it always means the newest version.
  public init?(_ string: String) {
    guard string.utf8.count <= 64, string != "latest", let first = string.utf8.first, first.isLetter else { return nil }
    guard string.utf8.allSatisfy({ $0.isLetterOrDigit || $0.isNamePunctuation }) else { return nil }
    self.string = string
  }
}

extension TagName: Comparable, CustomStringConvertible {
  public static func < (left: TagName, right: TagName) -> Bool {
    left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
  }
  public var description: String { string }
}

extension UInt8 {
  fileprivate var isLowercaseOrDigit: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
  }
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
  }
  fileprivate var isLetterOrDigit: Bool { isLetter || isLowercaseOrDigit }
  fileprivate var isNamePunctuation: Bool {
    self == UInt8(ascii: ".") || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
  }
}
