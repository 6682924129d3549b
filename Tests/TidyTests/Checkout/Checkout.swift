import Foundation

/// The files of the project: everything that is tracked or would be, read once.
struct Checkout: Sendable {
  let files: [TextFile]
  /// Files and the folders that hold them, relative to the root.
  private let paths: Set<String>

  init(files: [TextFile]) {
    self.files = files
    paths = Set(files.flatMap { Self.withParents($0.path) })
  }

  /// Whether there is such a file or folder.
  func holds(_ path: String) -> Bool {
    paths.contains(path)
  }

  static let current = Checkout(files: Listing.paths(under: root).compactMap { read($0) })

  /// This file lies three folders below the root.
  private static let root = (0..<4).reduce(URL(filePath: #filePath).resolvingSymlinksInPath()) { url, _ in
    url.deletingLastPathComponent()
  }

  /// Nil for what is listed and cannot be read: a link to a folder, a file just removed.
  private static func read(_ path: String) -> TextFile? {
    (try? Data(contentsOf: root.appending(path: path))).map { TextFile(path: path, bytes: Array($0)) }
  }

  private static func withParents(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return parts.indices.map { parts[...$0].joined(separator: "/") }
  }
}
