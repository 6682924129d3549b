package import Primitives
package import SnapshotFormat

/// Chunks and ends of files, in order, that are hashed and compared together.
package struct WriteWindow {
  package struct End {
    package let path: RelativePath
    package let mode: UInt16
    package let byteCount: UInt64
    package let profile: ChunkProfile
    package let basePage: Reference?
    package let baseChunksPages: [Reference]
  }

  package enum Item {
    case chunk(ChunkTask)
    case end(End)
    case entry(ChunkListWriter.FileEnd)
    case kept(ChunkListWriter.FileEnd, FileOutcome)
  }

  package private(set) var items: [Item] = []
  private var byteCount = 0

  package mutating func append(_ item: Item) {
    items.append(item)
    if case .chunk(let task) = item { byteCount += task.bytes.count }
  }

  package func isFull(_ limits: StoreLimits) -> Bool {
    byteCount >= limits.windowByteCount || items.count >= limits.windowChunkCount
  }

  package var tasks: [ChunkTask] {
    items.compactMap { if case .chunk(let task) = $0 { task } else { nil } }
  }

  /// Takes back the chunks that no end of a file follows yet.
  package mutating func removeOpenChunks() {
    while case .chunk(let task)? = items.last {
      byteCount -= task.bytes.count
      items.removeLast()
    }
  }

  package mutating func removeAll() {
    items.removeAll(keepingCapacity: true)
    byteCount = 0
  }
}
