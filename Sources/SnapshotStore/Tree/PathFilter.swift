package import Primitives

/// Which paths of a tree are taken: glob patterns of `--include`, `--exclude` and ignore files.
///
/// - `*` matches within a component, `**` across them, `?` one byte. A pattern without `/` matches a component at any
///   depth; one with `/` matches from the root. A trailing `/` is ignored.
/// - A path is left out when it, or a directory above it, matches an exclude pattern. With include patterns, a file or
///   link is taken only when it, or a directory above it, matches one; directories are always walked.
package struct PathFilter: Sendable {
  package let includes: [GlobPattern]
  package let excludes: [GlobPattern]

  package static let all = PathFilter(includes: [], excludes: [])

  package init(includes: [GlobPattern], excludes: [GlobPattern]) {
    self.includes = includes
    self.excludes = excludes
  }

  package func excludes(_ path: RelativePath) -> Bool {
    matches(excludes, path)
  }

  package func includes(_ path: RelativePath) -> Bool {
    includes.isEmpty || matches(includes, path)
  }

  /// Whether the path itself or a directory above it matches.
  private func matches(_ patterns: [GlobPattern], _ path: RelativePath) -> Bool {
    guard !patterns.isEmpty else { return false }
    let ends = path.bytes.indices.filter { path.bytes[$0] == UInt8(ascii: "/") } + [path.bytes.count]
    return ends.contains { end in patterns.contains { $0.matches(path.bytes[..<end]) } }
  }

  /// The patterns of an ignore file: one a line; empty lines and lines that begin with `#` are skipped.
  package static func patterns(ofIgnoreFile text: String) -> [GlobPattern] {
    text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
      .map { GlobPattern(String($0)) }
  }
}

/// One glob pattern.
package struct GlobPattern: Sendable, Equatable {
  private let bytes: [UInt8]
  private let isAnchored: Bool

  package init(_ text: String) {
    var bytes = Array(text.utf8)
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    isAnchored = bytes.contains(UInt8(ascii: "/"))
    if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
    self.bytes = bytes
  }

  package func matches(_ path: ArraySlice<UInt8>) -> Bool {
    if isAnchored { return GlobPattern.matches(bytes[...], path) }
    let component = path.split(separator: UInt8(ascii: "/")).last ?? path
    return GlobPattern.matches(bytes[...], component)
  }

  /// Matches with one point to come back to for the last star: linear in practice, quadratic at worst.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    let (star, slash) = (UInt8(ascii: "*"), UInt8(ascii: "/"))
    var (p, t) = (pattern.startIndex, text.startIndex)
    var resume: (pattern: Int, text: Int, crosses: Bool)?
    while t < text.endIndex {
      if p < pattern.endIndex, pattern[p] == star {
        let end = pattern[p...].firstIndex { $0 != star } ?? pattern.endIndex
        resume = (end, t, end - p > 1)
        p = end
      } else if p < pattern.endIndex, matches(pattern[p], text[t]) {
        (p, t) = (p + 1, t + 1)
      } else if let last = resume, last.crosses || text[last.text] != slash {
        resume = (last.pattern, last.text + 1, last.crosses)
        (p, t) = (last.pattern, last.text + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }

  private static func matches(_ pattern: UInt8, _ byte: UInt8) -> Bool {
    pattern == byte || (pattern == UInt8(ascii: "?") && byte != UInt8(ascii: "/"))
  }
}
