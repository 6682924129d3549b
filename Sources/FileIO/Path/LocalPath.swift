package import Primitives

/// A path beneath a directory: of an entry of a tree, or one of the engine's own.
package protocol PathBeneath: Sendable {
  /// Bytes that keep `RelativePath.isWellFormed`.
  var bytes: [UInt8] { get }
}

extension RelativePath: PathBeneath {}

/// A path beneath a directory, `.snapctl` allowed: the engine's own files and the objects of a store.
package struct LocalPath: PathBeneath, Hashable {
  package let bytes: [UInt8]

  /// Nil when the text names nothing beneath a directory.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard RelativePath.isWellFormed(bytes) else { return nil }
    self.bytes = bytes
  }

  package init(_ path: RelativePath) {
    self.bytes = path.bytes
  }

  package init(_ entry: DirectoryEntry) {
    self.bytes = entry.name
  }

  package init(_ name: UniqueName) {
    self.bytes = Array(name.hex.utf8)
  }

  /// - Throws: `.leadsOutside` when the text names nothing beneath a directory.
  package init(checking text: some StringProtocol) throws(FileError) {
    guard let path = LocalPath(text) else { throw .notAPath(text.utf8) }
    self = path
  }

  private init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The path of `inner` below this one, or nil when it would be too long.
  package func appending(_ inner: some PathBeneath) -> LocalPath? {
    let bytes = bytes + [UInt8(ascii: "/")] + inner.bytes
    return bytes.count <= RelativePath.byteCountMax ? LocalPath(unchecked: bytes) : nil
  }

  /// The paths of all directories above `path`, from the top.
  static func ancestors(of path: some PathBeneath) -> [LocalPath] {
    let bytes = path.bytes
    return bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }.map { LocalPath(unchecked: Array(bytes[..<$0])) }
  }
}

extension PathBeneath where Self == LocalPath {
  /// A path that stands in the program's text.
  /// - Precondition: it names something beneath a directory.
  package static func local(_ text: StaticString) -> LocalPath {
    guard let path = LocalPath("\(text)") else { preconditionFailure("not a path: \(text)") }
    return path
  }
}

extension LocalPath: CustomStringConvertible {
  package var description: String { Printable.string(bytes) }
}

extension PathBeneath {
  /// Where the last component begins; 0 when there is only one.
  var nameStart: Int { (bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1 }
}
