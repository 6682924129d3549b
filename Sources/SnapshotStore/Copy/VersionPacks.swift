internal import ObjectTier
package import Primitives
package import SnapshotFormat
internal import Synchronization

/// All packs that a version needs: those of its chunks, of the chunks its patches need, and of the pages that say so.
///
/// Reads every page of the manifest, and no chunk. Memory grows with the number of packs.
package struct VersionPacks {
  /// Ascending.
  package let names: [UniqueName]

  /// - Throws: `.damage` for a page that does not verify.
  package init(_ row: VersionRow, in store: SnapshotStore) throws(StoreError) {
    // Pages are chunks: which packs they came from is seen when they are read.
    let pages = PackRecorder(store.tier)
    let frames = FrameSource(tier: pages, cacheByteCountMax: store.limits.frameCacheByteCount)
    let manifest = try store.manifest(row, tier: pages, frames: frames)
    var found: Set<UniqueName> = []
    try manifest.forEachFile { entry throws(StoreError) in
      guard case .file(let file) = entry.content else { return }
      try manifest.forEachReference(of: file) { reference throws(StoreError) in found.insert(reference.place.pack) }
    }
    for index in manifest.support.leaves.indices {
      for reference in try manifest.support.page(index).compactMap(\.self) { found.insert(reference.place.pack) }
    }
    _ = try manifest.producers()
    var owners = try OwnerStream(manifest)
    while try owners?.next() != nil {}
    names = found.union(pages.names).sorted { ($0.high, $0.low) < ($1.high, $1.low) }
  }
}

/// Notes which packs are read through it.
private final class PackRecorder: ObjectTier {
  private let tier: any ObjectTier
  private let state = Mutex<Set<UniqueName>>([])

  init(_ tier: any ObjectTier) {
    self.tier = tier
  }

  var names: Set<UniqueName> { state.withLock { $0 } }
  var role: TierRole { tier.role }
  var callsAtOnce: Int { tier.callsAtOnce }
  var location: String { tier.location }

  private func note(_ key: ObjectKey) {
    guard let name = UniqueName(hex: key.lastComponent), ObjectKey.pack(name) == key else { return }
    state.withLock { _ = $0.insert(name) }
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    note(key)
    return try tier.read(key, range: range)
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    note(key)
    return try tier.read(key, limit: limit)
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { try tier.byteCount(of: key) }
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try tier.create(key, bytes) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }
  func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try tier.quarantine(key, mark: mark) }
  func invalidate(_ key: ObjectKey) -> Bool { tier.invalidate(key) }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }
}
