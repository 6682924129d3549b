package import FileIO
package import Primitives

/// Whether the ignore files of a directory keep a path out of its versions, asked path by path.
///
/// To be asked of what is in no version only: an entry that a version has stays in it, whatever a rule says later.
///
/// The rules of a directory are read when they are first asked for, and are those from then on, whatever becomes of it.
package struct IgnoreLookup: Sendable {
  /// By the bytes of the directory's path; of the root none.
  private var rules: [[UInt8]: IgnoreRules] = [:]

  package init() {}

  /// - Throws: `.invalid` for an ignore file that is too large.
  package mutating func leavesOut(
    _ path: RelativePath, isDirectory: Bool, in root: borrowing Directory
  ) throws(StoreError) -> Bool {
    var above: [RelativePath] = []
    while let parent = (above.last ?? path).parent { above.append(parent) }
    for directory in above + [nil] where rules[directory?.bytes ?? []] == nil {
      rules[directory?.bytes ?? []] = try IgnoreRules.read(in: directory, of: root)
    }
    return above.contains { isLeftOut($0, isDirectory: true) } || isLeftOut(path, isDirectory: isDirectory)
  }

  /// The nearest rule that says anything decides.
  private func isLeftOut(_ path: RelativePath, isDirectory: Bool) -> Bool {
    var directory: RelativePath? = path
    while let below = directory {
      directory = below.parent
      let start = directory.map { $0.bytes.count + 1 } ?? 0
      let verdict = rules[directory?.bytes ?? []]?.verdict(on: path.bytes[start...], isDirectory: isDirectory)
      if let verdict { return verdict }
    }
    return false
  }
}
