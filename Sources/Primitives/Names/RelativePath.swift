/// The path of an entry of a tree, relative to the tree's root: bytes, as Linux has them.
///
/// - Holds what formats/manifest.md §6 allows and nothing else: no empty component, no `.` or `..`, no NUL, not
///   absolute, never `.snapctl` or anything under it. A path that exists can therefore never lead out of its root by
///   its own bytes.
/// - Ordered by bytes, the order of the files pages and of the content hash: `a` < `a-b` < `a/x`.
public struct RelativePath: Hashable, Sendable {
  /// The path's bytes, components joined by `/`.
  public let bytes: [UInt8]

  package static let byteCountMax = 4_096
  package static let componentByteCountMax = 255
  /// The engine's own directory at the root of a copy; never part of a snapshot.
  package static let stateDirectory = ".snapctl"

  /// Nil when `bytes` are not the path of an entry.
  public init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard RelativePath.isWellFormed(bytes), !RelativePath.leadsToState(bytes) else { return nil }
    self.bytes = bytes
  }

  /// Nil when the text's UTF-8 is not the path of an entry.
  public init?(_ text: some StringProtocol) {
    self.init(Array(text.utf8))
  }

  private init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Whether `bytes` name something beneath a directory: the rules above, but for `.snapctl`.
  package static func isWellFormed(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty, bytes.count <= byteCountMax else { return false }
    var start = 0
    for (index, byte) in bytes.enumerated() {
      guard byte != 0 else { return false }
      guard byte == slash else { continue }
      guard isComponent(bytes[start..<index]) else { return false }
      start = index + 1
    }
    return isComponent(bytes[start...])
  }

  private static func isComponent(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.isEmpty, bytes.count <= componentByteCountMax else { return false }
    return bytes.count > 2 || bytes.contains { $0 != dot }
  }

  private static func leadsToState(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: stateDirectory.utf8)
      && (bytes.count == stateDirectory.utf8.count || bytes[stateDirectory.utf8.count] == slash)
  }
}

extension RelativePath {
  package var components: [ArraySlice<UInt8>] { bytes.split(separator: slash) }

  /// The last component.
  package var lastComponent: ArraySlice<UInt8> {
    bytes[bytes.index(after: bytes.lastIndex(of: slash) ?? -1)...]
  }

  /// The directory the entry lies in; nil at the root.
  package var parent: RelativePath? {
    bytes.lastIndex(of: slash).map { RelativePath(unchecked: Array(bytes[..<$0])) }
  }

  /// Whether the entry lies somewhere below `directory`.
  package func isBelow(_ directory: RelativePath) -> Bool {
    bytes.count > directory.bytes.count && bytes[directory.bytes.count] == slash && bytes.starts(with: directory.bytes)
  }

  /// The path of `component` in this directory, or nil when that is no path.
  package func appending(_ component: some Collection<UInt8>) -> RelativePath? {
    RelativePath(bytes + [slash] + component)
  }
}

extension RelativePath: Comparable {
  public static func < (left: RelativePath, right: RelativePath) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension RelativePath: CustomStringConvertible {
  /// The path as text that is safe to print; not always one that can be read back.
  public var description: String { Printable.string(bytes) }
}

private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")
