internal import FileIO
package import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The pages a copy keeps, found by their id in the packs of `.snapctl/` (formats/copy-state.md §1).
///
/// Each pack is checked whole when it is opened; each page again by whoever asked for it.
package final class PageFiles: ChunkSource {
  private static let cachedByteCountMax = 8 << 20

  private let tree: LocalTree
  private let places: [Digest: Reference.Place]
  private let cache = FrameCache(byteCountMax: cachedByteCountMax)
  private let decoders = Pool { FrameDecoder() }

  /// - Throws: the reason why a pack cannot be used.
  package init(_ packs: [UniqueName], in tree: LocalTree) throws(StateProblem) {
    self.tree = tree
    var places: [Digest: Reference.Place] = [:]
    for pack in packs {
      for frame in try PageFiles.frames(of: pack, in: tree) {
        for entry in frame.header.entries where entry.form == .full {
          places[entry.id] = Reference.Place(
            pack: pack, frameOffset: frame.offset, frameByteCount: frame.byteCount, formOffset: entry.formOffset,
            formByteCount: entry.formByteCount)
        }
      }
    }
    self.places = places
  }

  private static func frames(of pack: UniqueName, in tree: LocalTree) throws(StateProblem) -> [PackReader.FramePlace] {
    do {
      let bytes = try tree.directory.open(StatePath.pages(pack), for: .read).readAll(limit: Limits.packByteCount)
      return try PackReader(bytes.rawSpan, expected: pack).frames
    } catch let error as FileError {
      throw StateProblem("\(error)")
    } catch {
      throw StateProblem("\(StatePath.pages(pack)): \(error)")
    }
  }

  func holds(_ id: Digest) -> Bool { places[id] != nil }

  package func chunk(_ id: Digest, byteCount: Int) -> [UInt8]? {
    guard let place = places[id], place.formByteCount == byteCount, let frame = frame(at: place) else { return nil }
    return Array(frame.raw[place.formOffset..<(place.formOffset + place.formByteCount)])
  }

  private func frame(at place: Reference.Place) -> FrameDecoder.Frame? {
    let key = FrameCache.Key(place)
    if let frame = cache.frame(key) { return frame }
    let bytes = tree.bytes(
      of: StatePath.pages(place.pack), at: UInt64(place.frameOffset), count: place.frameByteCount)
    guard let bytes else { return nil }
    guard let frame = decoders.withItem({ try? $0.decode(bytes.rawSpan) }) else { return nil }
    cache.insert(frame, for: key)
    return frame
  }
}

/// Why the state of a directory cannot be used, in words.
package struct StateProblem: Error, Sendable {
  package let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// The names in `.snapctl/` (formats/copy-state.md).
enum StatePath {
  static let directory: LocalPath = .local(".snapctl")
  static let state: LocalPath = .local(".snapctl/state")
  static let lock: LocalPath = .local(".snapctl/lock")
  static let next: LocalPath = .local(".snapctl/next")
  static let temporary: LocalPath = .local(".snapctl/tmp")
  static let evicted: LocalPath = .local(".snapctl/evicted")
  /// In a generation.
  static let complete: LocalPath = .local(".snapctl/COMPLETE")
  static let part: LocalPath = .local(".snapctl/PART")
  static let pin: LocalPath = .local(".snapctl/pin")

  static func pages(_ pack: UniqueName) -> LocalPath { named("pages-", pack) }
  static func manifest(_ root: UniqueName) -> LocalPath { named("manifest-", root) }

  private static func named(_ prefix: String, _ name: UniqueName) -> LocalPath {
    // A name is 32 hex digits: the text is always a path.
    LocalPath(".snapctl/\(prefix)\(name.hex)") ?? state
  }
}
