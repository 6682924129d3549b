internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The directory that is to be brought to a version, as it is found.
struct SyncTarget {
  /// The directory above and the name in it; nil where a name cannot be exchanged (`.`, `/`, `..`).
  struct Place: Sendable {
    let parent: String
    let name: LocalPath

    init?(_ directory: String) {
      var text = directory[...]
      while text.count > 1, text.last == "/" { text.removeLast() }
      let slash = text.lastIndex(of: "/")
      guard let name = LocalPath(slash.map { text[text.index(after: $0)...] } ?? text) else { return nil }
      self.name = name
      let parent = slash.map { text[..<$0] } ?? "."
      self.parent = parent.isEmpty ? "/" : String(parent)
    }

    /// Where the next tree is built: beside the directory.
    var sibling: LocalPath? { sibling("next") }

    /// Where a fork is built: beside the directory that it becomes.
    var fork: LocalPath? { sibling("fork") }

    private func sibling(_ purpose: String) -> LocalPath? {
      LocalPath(".\(String(decoding: name.bytes, as: UTF8.self)).snapctl-\(purpose)")
    }
  }

  /// Nil when there is no such directory.
  let tree: LocalTree?
  let copy: LocalCopy?
  /// Why it is not a copy, where it is none.
  let reason: String
  /// Whether there is anything but the engine's own in it.
  let isEmpty: Bool

  /// Looks at a directory without touching it.
  init(_ directory: String) throws(SyncError) {
    guard let tree = try SyncTarget.open(directory) else {
      self.init(tree: nil, copy: nil, reason: "it is not there", isEmpty: true)
      return
    }
    try self.init(tree)
  }

  init(_ tree: LocalTree) throws(SyncError) {
    let isEmpty = try filing { () throws(FileError) in
      try tree.directory.list().allSatisfy { $0.name == StatePath.directory.bytes }
    }
    switch LocalCopy.load(tree) {
    case .copy(let copy): self.init(tree: tree, copy: copy, reason: "", isEmpty: isEmpty)
    case .never: self.init(tree: tree, copy: nil, reason: "it has no .snapctl/state", isEmpty: isEmpty)
    case .unreadable(let reason): self.init(tree: tree, copy: nil, reason: reason, isEmpty: isEmpty)
    }
  }

  private init(tree: LocalTree?, copy: LocalCopy?, reason: String, isEmpty: Bool) {
    self.tree = tree
    self.copy = copy
    self.reason = reason
    self.isEmpty = isEmpty
  }

  /// The same directory, without what it remembers; nil where the damage is not in that.
  func forgotten(because damage: Damage) -> SyncTarget? {
    guard copy != nil, let tree, damage.tier == tree.directory.path else { return nil }
    return SyncTarget(tree: tree, copy: nil, reason: "its pages cannot be read: \(damage.reason)", isEmpty: isEmpty)
  }

  /// Whether it is a directory of generations.
  var hasGenerations: Bool { copy?.state.tree != nil }

  static func open(_ directory: String) throws(SyncError) -> LocalTree? {
    do throws(FileError) {
      return LocalTree(try Directory(path: directory))
    } catch {
      guard error.meaning == .notFound else { throw .file(error) }
      return nil
    }
  }

  /// - Throws: `.notACopy` when taking the directory would remove what somebody else put there.
  func check(_ request: SyncRequest) throws(SyncError) {
    guard copy == nil, !isEmpty, !request.adopt else { return }
    throw .notACopy(directory: request.directory, reason: reason)
  }
}
