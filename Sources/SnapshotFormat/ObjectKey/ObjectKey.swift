package import Primitives

/// The path of an object in a store (formats/store.md §1): the only way a tier is addressed.
package struct ObjectKey: Hashable, Sendable {
  package let string: String

  private init(_ string: String) {
    self.string = string
  }

  package static let store = ObjectKey("store")
  /// The name under which the state of a local copy is sealed; never in a store.
  package static let copyState = ObjectKey(".snapctl/state")

  package static func pack(_ name: UniqueName) -> ObjectKey {
    ObjectKey("packs/\(name.hex.dropFirst(16).prefix(2))/\(name.hex)")
  }

  package static func manifest(_ name: UniqueName) -> ObjectKey {
    ObjectKey("manifests/\(name.hex)")
  }

  package static func head(_ collection: CollectionName, revision: UInt64) -> ObjectKey {
    ObjectKey("\(ObjectPrefix.heads(collection).string)\(digits(revision))")
  }

  package static func versions(_ name: UniqueName) -> ObjectKey {
    ObjectKey("versions/\(name.hex)")
  }

  package static func intent(_ collection: CollectionName, _ intent: IntentIdentifier) -> ObjectKey {
    ObjectKey("\(ObjectPrefix.intents(collection).string)\(intent.hex)")
  }

  package static func lease(_ collection: CollectionName, token: UInt64) -> ObjectKey {
    ObjectKey("\(ObjectPrefix.leases(collection).string)\(digits(token))")
  }

  package static func delta(_ collection: CollectionName, _ producer: ProducerName, sequence: UInt64) -> ObjectKey {
    ObjectKey("\(ObjectPrefix.deltas(collection).string)\(producer.string)/\(digits(sequence))")
  }

  /// Where an object that does not verify is set aside.
  package static func quarantine(_ key: ObjectKey, mark: UniqueName) -> ObjectKey {
    ObjectKey("quarantine/\(key.flat)-\(mark.hex)")
  }

  /// Why, as a line of text for people.
  package static func quarantineReason(_ key: ObjectKey, mark: UniqueName) -> ObjectKey {
    ObjectKey("\(quarantine(key, mark: mark).string).txt")
  }

  /// Says, in a cache, that somebody is copying an object there.
  package static func claim(_ key: ObjectKey) -> ObjectKey { ObjectKey("claims/\(key.flat)") }

  /// Says that somebody takes a claim over that has these bytes.
  package static func takeover(of claim: ObjectKey, _ bytes: Digest) -> ObjectKey {
    ObjectKey("\(claim.string)-\(bytes.hex)")
  }

  /// The key in one component.
  private var flat: String {
    String(decoding: string.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ",") : $0 }, as: UTF8.self)
  }

  /// A key found by listing a tier: relative, without empty, `.` or `..` components, at most 1,024 bytes.
  package init?(listed path: String) {
    guard !path.isEmpty, path.utf8.count <= 1_024, !path.utf8.contains(0) else { return nil }
    // By bytes: "/" and a combining mark are one character, and still a separator to a file system.
    for component in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard !component.isEmpty, !component.elementsEqual(".".utf8), !component.elementsEqual("..".utf8) else {
        return nil
      }
    }
    self.init(path)
  }

  /// The last component.
  package var lastComponent: Substring {
    string.utf8.split(separator: UInt8(ascii: "/")).last.map { Substring($0) } ?? ""
  }

  /// What revisions and sequences may be: there is always a next one, and one behind that.
  package static let numbers: ClosedRange<UInt64> = 1...(.max - 2)

  /// The revision or sequence that the last component spells in 20 digits; nil for any other name.
  package var number: UInt64? {
    let digits = lastComponent.utf8
    guard digits.count == 20, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return UInt64(lastComponent).flatMap { ObjectKey.numbers.contains($0) ? $0 : nil }
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: 20 - text.utf8.count) + text
  }
}

extension ObjectKey: Comparable, CustomStringConvertible {
  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
  }
  package var description: String { string }
}

/// A part of a store that can be listed. Ends in `/`.
package struct ObjectPrefix: Hashable, Sendable {
  package let string: String

  private init(string: String) {
    self.string = string
  }

  /// One that came from elsewhere: the name of a directory, and `/`.
  package init?(listed path: String) {
    guard path.utf8.last == UInt8(ascii: "/"), ObjectKey(listed: String(path.dropLast())) != nil else { return nil }
    self.init(string: path)
  }

  package static let packs = ObjectPrefix(string: "packs/")
  package static let manifests = ObjectPrefix(string: "manifests/")
  package static let heads = ObjectPrefix(string: "heads/")
  package static let versions = ObjectPrefix(string: "versions/")
  package static let quarantined = ObjectPrefix(string: "quarantine/")
  /// Only in a cache.
  package static let claims = ObjectPrefix(string: "claims/")
  /// Nothing of a store: what is being tried, or not yet finished.
  package static let temporary = ObjectPrefix(string: "tmp/")

  package static func heads(_ collection: CollectionName) -> ObjectPrefix {
    ObjectPrefix(string: "heads/\(collection.pathComponent)/")
  }
  package static func intents(_ collection: CollectionName) -> ObjectPrefix {
    ObjectPrefix(string: "intents/\(collection.pathComponent)/")
  }
  package static func leases(_ collection: CollectionName) -> ObjectPrefix {
    ObjectPrefix(string: "leases/\(collection.pathComponent)/")
  }
  package static func deltas(_ collection: CollectionName) -> ObjectPrefix {
    ObjectPrefix(string: "deltas/\(collection.pathComponent)/")
  }
  package static func deltas(_ collection: CollectionName, _ producer: ProducerName) -> ObjectPrefix {
    ObjectPrefix(string: "deltas/\(collection.pathComponent)/\(producer.string)/")
  }
}
