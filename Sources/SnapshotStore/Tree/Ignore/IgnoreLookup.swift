package import FileIO
package import Primitives

/// Whether the ignore files of a directory keep a path out of its versions, asked path by path.
///
/// To be asked of what is in no version only: an entry that a version has stays in it, whatever a rule says later.
package struct IgnoreLookup {
  private struct Level {
    /// Nil for the root.
    let directory: RelativePath?
    let rules: IgnoreRules
  }

  /// Of the directories above the last path, the outermost first.
  private var levels: [Level] = []

  package init() {}

  /// - Throws: `.invalid` for an ignore file that is too large.
  package mutating func leavesOut(
    _ path: RelativePath, isDirectory: Bool, in root: borrowing Directory
  ) throws(StoreError) -> Bool {
    var above: [RelativePath] = []
    while let parent = (above.last ?? path).parent { above.append(parent) }
    above.reverse()
    levels.removeAll { level in level.directory.map { !above.contains($0) } ?? false }
    for directory in [nil] + above where !levels.contains(where: { $0.directory == directory }) {
      levels.append(Level(directory: directory, rules: try IgnoreRules.read(in: directory, of: root)))
    }
    return above.contains { isLeftOut($0, isDirectory: true) } || isLeftOut(path, isDirectory: isDirectory)
  }

  /// The nearest rule that says anything decides.
  private func isLeftOut(_ path: RelativePath, isDirectory: Bool) -> Bool {
    for level in levels.reversed() where level.directory.map({ path.isBelow($0) }) ?? true {
      let below = path.bytes[(level.directory.map { $0.bytes.count + 1 } ?? 0)...]
      if let verdict = level.rules.verdict(on: below, isDirectory: isDirectory) { return verdict }
    }
    return false
  }
}
