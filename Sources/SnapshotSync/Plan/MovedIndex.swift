internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import Synchronization

/// Where the chunks of a copy stand, for files that were renamed, copied or joined. Made when it is first needed.
///
/// Bounded: what is beyond is read from the store again, never wrongly found.
final class MovedIndex: Sendable {
  private let content: VersionContent?
  private let survey: Survey
  private let countMax: Int
  private let places = Mutex<[Digest: LocalPlace]?>(nil)

  init(_ content: VersionContent?, _ survey: Survey, countMax: Int) {
    self.content = content
    self.survey = survey
    self.countMax = countMax
  }

  func place(of id: Digest) throws(SyncError) -> LocalPlace? {
    if let places = places.withLock({ $0 }) { return places[id] }
    let made = try make()
    places.withLock { $0 = made }
    return made[id]
  }

  private func make() throws(SyncError) -> [Digest: LocalPlace] {
    var made: [Digest: LocalPlace] = [:]
    guard let content else { return made }
    var entries = try EntryStream(content)
    while let entry = try entries.peek(), made.count < countMax {
      defer { entries.pop() }
      guard case .file(let file) = entry.content, survey.isAsLeft(entry.path) else { continue }
      var chunks = try ChunkStream(file, in: content.manifest)
      while let (offset, reference) = try chunks.next(), made.count < countMax {
        guard made[reference.id] == nil else { continue }
        made[reference.id] = LocalPlace(path: entry.path, offset: offset, byteCount: reference.byteCount)
      }
    }
    return made
  }
}

extension Survey {
  /// Whether the bytes at `path` are those the copy was left with.
  func isAsLeft(_ path: RelativePath) -> Bool { exceptions[path].map { $0.content == .asLeft } ?? true }
}
