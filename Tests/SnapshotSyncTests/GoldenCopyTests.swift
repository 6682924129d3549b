import Foundation
import Primitives
import SnapshotFormat
import SnapshotSync
import Testing

@Suite struct `the golden copies of version 1` {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("formats/golden/v1/copies").path

  @Test func `hold the part they held`() throws {
    guard case .copy(let copy) = try LocalCopy.load(path: "\(Self.folder)/part") else {
      Issue.record("no copy")
      return
    }
    #expect(copy.state.contentHash.hex == "33e9a3c7b94c3575e40413504b1c7109d95e2e2a1000d0bc61cfe4ecd791770b")
    #expect(copy.content.patterns?.patterns == ["*.json", "/a/", "!deep", "[!b-z]-?/**"])
    #expect(
      copy.content.totals.files == 5 && copy.content.totals.directories == 4 && copy.content.totals.bytes == 168_904)
  }

  @Test func `are none when one bit of any object is flipped`() throws {
    let root = NSTemporaryDirectory() + "golden-copy-\(SystemRandomSource().next())"
    try FileManager.default.copyItem(atPath: "\(Self.folder)/part", toPath: root)
    defer { try? FileManager.default.removeItem(atPath: root) }
    let random = SeededRandomSource(seed: 22)
    for object in try FileManager.default.contentsOfDirectory(atPath: "\(root)/.snapctl") {
      let path = URL(fileURLWithPath: "\(root)/.snapctl/\(object)")
      let sound = try Data(contentsOf: path)
      var damaged = sound
      let bit = Int(random.next() % UInt64(sound.count * 8))
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try damaged.write(to: path)
      guard case .unreadable = try LocalCopy.load(path: root) else {
        Issue.record("bit \(bit) of \(object)")
        continue
      }
      try sound.write(to: path)
    }
  }
}
