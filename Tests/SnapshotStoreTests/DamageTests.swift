import Catalog
import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import TestTiers
import Testing

@Suite struct `a store in which something is damaged` {
  /// A small store with patches, links and directories, and the paths of its objects.
  private func smallStore() throws -> (TestStore, objects: [String]) {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write(Array("SQLite format 3\0".utf8) + seededBytes(70_000, seed: 1), at: "db.sqlite3")
    try tree.write(seededBytes(300, seed: 2), at: "a/note")
    _ = try store.create(tree.path)
    var bytes = Array("SQLite format 3\0".utf8) + seededBytes(70_000, seed: 1)
    bytes[40_000] ^= 1
    try tree.write(bytes, at: "db.sqlite3")
    _ = try store.create(tree.path)
    let root = store.directory.path
    let objects = try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
      let type = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")[.type] as? FileAttributeType
      return type == .typeRegular
    }
    return (store, objects.sorted())
  }

  private func replace(_ path: String, with bytes: [UInt8]) throws {
    try FileManager.default.removeItem(atPath: path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  @Test func `is found out whichever object has a bit flipped, and the object is named`() throws {
    let (store, objects) = try smallStore()
    #expect(objects.count >= 9, "\(objects)")
    let random = SeededRandomSource(seed: 11)
    for object in objects {
      let path = "\(store.directory.path)/\(object)"
      let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      for _ in 0..<12 {
        let bit = Int(random.next() % UInt64(sound.count * 8))
        var damaged = sound
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        try replace(path, with: damaged)
        let (_, findings) = try store.verify()
        #expect(findings.contains { $0.damage.object == object }, "bit \(bit) of \(object): \(findings)")
      }
      try replace(path, with: sound)
    }
    #expect(try store.verify().1.isEmpty)
  }

  @Test func `is not this one when a root came to harm on its way, once`() throws {
    let (store, _) = try smallStore()
    let row = try store.store.row(VersionReference(CollectionName("words")!, .newest))
    let frames = FrameSource(tier: store.origin, cacheByteCountMax: 1 << 20)
    let once = HarmingTier(store.origin, count: 1)
    #expect(try store.store.manifest(row, tier: once, frames: frames).digest == row.root.digest)
    let ever = HarmingTier(store.origin, count: .max)
    let error = #expect(throws: StoreError.self) { try store.store.manifest(row, tier: ever, frames: frames) }
    guard case .damage? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `is found out whichever object is cut, and the object is named`() throws {
    let (store, objects) = try smallStore()
    for object in objects {
      let path = "\(store.directory.path)/\(object)"
      let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      for length in [0, 1, 95, 96, 150, sound.count / 2, sound.count - 1] where length < sound.count {
        try replace(path, with: Array(sound.prefix(length)))
        let (_, findings) = try store.verify()
        #expect(findings.contains { $0.damage.object == object }, "\(object) cut to \(length): \(findings)")
      }
      try replace(path, with: sound)
    }
  }

  @Test func `names what is missing, and the file that needs it`() throws {
    let (store, objects) = try smallStore()
    let pack = try #require(objects.first { $0.hasPrefix("packs/") })
    try FileManager.default.removeItem(atPath: "\(store.directory.path)/\(pack)")
    let (summary, findings) = try store.verify()
    #expect(summary.damaged >= 1)
    #expect(findings.contains { $0.damage.object == pack && $0.damage.kind == .missing })
  }

  @Test func `names a head that is missing in its line, even one before which readers find nothing`() throws {
    let (store, objects) = try smallStore()
    let heads = objects.filter { $0.hasPrefix("heads/words/") }
    #expect(heads.count == 3)
    for head in heads.dropLast() {
      let path = "\(store.directory.path)/\(head)"
      let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      try FileManager.default.removeItem(atPath: path)
      let (_, findings) = try store.verify()
      #expect(findings.map(\.damage.object) == [head] && findings.first?.damage.kind == .missing, "\(findings)")
      try Data(sound).write(to: URL(fileURLWithPath: path))
    }
    #expect(try store.verify().1.isEmpty)
  }

  @Test func `never gives wrong bytes to a reader`() throws {
    let (store, objects) = try smallStore()
    let pristine = try contents("db.sqlite3", of: store.manifest(2))
    for object in objects where object.hasPrefix("packs/") {
      let path = "\(store.directory.path)/\(object)"
      let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      for offset in stride(from: 0, to: sound.count, by: max(sound.count / 40, 1)) {
        var damaged = sound
        damaged[offset] ^= 0x10
        try replace(path, with: damaged)
        let read = try? contents("db.sqlite3", of: store.manifest(2))
        #expect(read == nil || read == pristine, "\(object) at \(offset)")
      }
      try replace(path, with: sound)
    }
  }
}

/// Flips a bit of what so many reads of whole objects give.
private final class HarmingTier: ForwardingTier {
  let tier: any ObjectTier
  private let left: Mutex<Int>

  init(_ tier: any ObjectTier, count: Int) {
    self.tier = tier
    left = Mutex(count)
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    var bytes = try tier.read(key, limit: limit)
    let isHarmed = left.withLock { left in
      left -= 1
      return left >= 0
    }
    if isHarmed { bytes[bytes.count / 2] ^= 1 }
    return bytes
  }
}
