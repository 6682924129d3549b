package import Primitives

/// Which version of a collection is meant.
package enum VersionSelector: Sendable, Hashable {
  case newest
  case number(UInt64)
  case tag(TagName)
}

/// A version as its user names it: `NAME`, `NAME@12`, `NAME@tag`, `NAME@latest`.
package struct VersionReference: Sendable, Hashable {
  package let collection: CollectionName
  package let selector: VersionSelector

  package init(_ collection: CollectionName, _ selector: VersionSelector) {
    self.collection = collection
    self.selector = selector
  }

  /// Nil when `text` is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let collection = CollectionName(String(parts[0])) else { return nil }
    self.collection = collection
    guard parts.count == 2 else {
      selector = .newest
      return
    }
    guard let selector = VersionSelector(String(parts[1])) else { return nil }
    self.selector = selector
  }
}

extension VersionSelector {
  /// What stands behind the `@`; nil when it is neither a version, nor a tag, nor `latest`.
  package init?(_ text: String) {
    if text == "latest" {
      self = .newest
    } else if let tag = TagName(text) {
      self = .tag(tag)
    } else if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = UInt64(text)
    {
      guard number > 0 else { return nil }
      self = .number(number)
    } else {
      return nil
    }
  }
}

extension VersionReference: CustomStringConvertible {
  package var description: String {
    switch selector {
    case .newest: "\(collection)"
    case .number(let version): "\(collection)@\(version)"
    case .tag(let tag): "\(collection)@\(tag)"
    }
  }
}
