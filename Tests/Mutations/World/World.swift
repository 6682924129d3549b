import Catalog
import Glibc
import Primitives
import SnapshotFormat
import SnapshotStore

/// What a version of a tree holds, in order of path.
struct Tree: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    case directory
    case link(target: [UInt8])
    case file([UInt8])
  }

  struct Entry: Equatable, Sendable {
    let path: RelativePath
    let mode: UInt16
    let content: Content

    /// Files are most of a tree, and compared in every trial: all bytes at once.
    static func == (left: Entry, right: Entry) -> Bool {
      guard left.path == right.path, left.mode == right.mode else { return false }
      guard case .file(let bytes) = left.content, case .file(let others) = right.content else {
        return left.content == right.content
      }
      guard bytes.count == others.count else { return false }
      return unsafe memcmp(bytes, others, bytes.count) == 0
    }
  }

  private(set) var entries: [Entry] = []

  mutating func put(_ path: String, mode: UInt16 = 0o644, _ content: Content) {
    guard let path = RelativePath(path) else { return }
    entries.removeAll { $0.path == path }
    let place = entries.firstIndex { path < $0.path } ?? entries.endIndex
    entries.insert(Entry(path: path, mode: mode, content: content), at: place)
  }

  mutating func append(_ path: RelativePath, mode: UInt16, _ content: Content) {
    entries.append(Entry(path: path, mode: mode, content: content))
  }

  /// The bytes of a file; none where it is none.
  func bytes(_ path: String) -> [UInt8] {
    guard let path = RelativePath(path), case .file(let bytes)? = entries.first(where: { $0.path == path })?.content
    else { return [] }
    return bytes
  }
}

/// A delta as its producer wrote it.
struct LoggedDelta: Sendable {
  let key: ObjectKey
  let producer: ProducerName
  let sequence: UInt64
  let operations: [StampedOperation]
}

/// What is true of one collection, known without reading the store.
struct CollectionModel: Sendable {
  var heads: [UInt64: Head] = [:]
  var rows: [UInt64: VersionRow] = [:]
  var trees: [UInt64: Tree] = [:]
  var records: [UInt64: [RecordName: RecordBody]] = [:]
  var deltas: [LoggedDelta] = []
  /// What all deltas come to.
  var replayed: [RecordName: RecordBody] = [:]

  var newestRevision: UInt64 { heads.keys.max() ?? 0 }
  var newestHead: Head? { heads[newestRevision] }
}

/// A store that is sound, and what has to be read of it.
struct World: Sendable {
  let name: String
  /// How many of a thousand mutations meet it.
  let share: Int
  let objects: ObjectSet
  let identity: StoreIdentity
  var collections: [CollectionName: CollectionModel]
  let registry: [UInt64: Head]

  var names: [CollectionName] { collections.keys.sorted() }

  /// Every tree that was ever written.
  func wrote(_ tree: Tree) -> Bool {
    collections.values.contains { $0.trees.values.contains(tree) }
  }

  /// The newest head of the line that a key belongs to.
  func isNewestHead(_ key: ObjectKey) -> Bool {
    registry.keys.max().map { ObjectKey.head(.store, revision: $0) == key } == true
      || collections.contains { ObjectKey.head($0.key, revision: $0.value.newestRevision) == key }
  }
}
