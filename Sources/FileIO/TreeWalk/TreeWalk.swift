internal import Primitives

/// The entries of a tree, in ascending byte order of their whole paths, one at a time.
///
/// - The order is that of the files pages: `a`, `a-b`, `a/x`. A directory and what is in it therefore stand apart: each
///   directory is in its parent's list twice, once under its name and once under its name and `/`, where the walk goes
///   down.
/// - No symbolic link is followed, and only one descriptor is open besides the root's.
/// - Memory grows with the depth and the largest directories on the way down, not with the tree.
/// - `.snapctl` at the root is left out. What vanishes during the walk is left out.
package struct TreeWalk: ~Copyable {
  private struct Step {
    /// The entry's name, with `/` behind it where the step goes down.
    let key: [UInt8]
    let status: FileStatus
    var goesDown: Bool { key.last == slash }
    var name: ArraySlice<UInt8> { goesDown ? key.dropLast() : key[...] }
  }

  private struct Level {
    let directory: RelativePath?
    var steps: [Step]
    var next = 0
  }

  private let root: Directory
  private var levels: [Level]

  /// Begins a walk of the tree in `root`.
  package init(_ root: consuming Directory) throws(FileError) {
    let steps = try TreeWalk.steps(in: root, isRoot: true)
    self.root = root
    levels = [Level(directory: nil, steps: steps)]
  }

  /// The next entry, or nil at the end.
  ///
  /// - Throws: what the file system failed with; `.tooLarge` for a path no snapshot can hold. Calling again goes on
  ///   behind it.
  package mutating func next() throws(FileError) -> TreeEntry? {
    while let level = levels.last {
      guard level.next < level.steps.count else {
        levels.removeLast()
        continue
      }
      let step = level.steps[level.next]
      levels[levels.count - 1].next += 1
      let path = try path(of: step, in: level.directory)
      if step.goesDown {
        try enter(path)
      } else if let entry = try entry(path, step.status) {
        return entry
      }
    }
    return nil
  }

  /// Leaves out what is below the directory that `next` returned last.
  package mutating func skipBelow(_ entry: TreeEntry) {
    guard let level = levels.indices.last else { return }
    let key = entry.path.lastComponent + [slash]
    let step = levels[level].steps[levels[level].next...].firstIndex { $0.key.elementsEqual(key) }
    if let step { levels[level].steps.remove(at: step) }
  }

  private mutating func enter(_ path: RelativePath) throws(FileError) {
    do throws(FileError) {
      let steps = try TreeWalk.steps(in: try root.openDirectory(path), isRoot: false)
      levels.append(Level(directory: path, steps: steps))
    } catch {
      guard error.meaning == .notFound else { throw error }
    }
  }

  private func entry(_ path: RelativePath, _ status: FileStatus) throws(FileError) -> TreeEntry? {
    switch status.kind {
    case .file: return TreeEntry(path: path, status: status, content: .file)
    case .directory: return TreeEntry(path: path, status: status, content: .directory)
    case .symbolicLink:
      do throws(FileError) {
        return TreeEntry(path: path, status: status, content: .symbolicLink(target: try root.readLink(path)))
      } catch {
        guard error.meaning == .notFound else { throw error }
        return nil
      }
    case .fifo, .socket, .device, .unknown:
      return TreeEntry(path: path, status: status, content: .unsupported(status.kind))
    }
  }

  private func path(of step: Step, in directory: RelativePath?) throws(FileError) -> RelativePath {
    guard let path = directory.map({ $0.appending(step.name) }) ?? RelativePath(step.name) else {
      let location = directory.map { root.location.below($0.bytes) } ?? root.location
      throw FileError(.list, location.below(Array(step.name)), .tooLarge)
    }
    return path
  }

  private static func steps(in directory: borrowing Directory, isRoot: Bool) throws(FileError) -> [Step] {
    var steps: [Step] = []
    for entry in try directory.list() {
      if isRoot, entry.name.elementsEqual(RelativePath.stateDirectory.utf8) { continue }
      guard let status = try directory.statusIfPresent(of: entry) else { continue }
      steps.append(Step(key: entry.name, status: status))
      if status.kind == .directory { steps.append(Step(key: entry.name + [slash], status: status)) }
    }
    steps.sort { $0.key.lexicographicallyPrecedes($1.key) }
    return steps
  }
}

private let slash = UInt8(ascii: "/")
