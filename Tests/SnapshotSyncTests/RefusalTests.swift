import Catalog
import FileIO
import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `sync refuses` {
  @Test func `a directory it did not make, and touches nothing`() throws {
    let fixture = try Fixture()
    try fixture.write([1], "a")
    try fixture.create()
    try fixture.write([9], "mine", in: fixture.copy)
    let error = #expect(throws: SyncError.self) { try fixture.sync(1) }
    guard case .notACopy? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.copy) == ["mine"])
  }

  @Test(arguments: ["state", "pages-*", "manifest-*"])
  func `a copy whose memory is damaged`(file: String) throws {
    let fixture = try Fixture()
    try fixture.write([1], "a")
    try fixture.create()
    try fixture.sync(1)
    try fixture.flipByte(120, of: "copy/.snapctl/\(file)")
    let error = #expect(throws: SyncError.self) { try fixture.sync(1) }
    guard case .notACopy? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try fixture.sync(1) { $0.adopt = true }
    #expect(try fixture.isCopy(of: 1))
    #expect(try fixture.sync(1).result.way == .unchanged)
  }

  /// The packs of the copy are sound in themselves, and their pages are not those the manifest names.
  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `a copy whose pages turn out to be others when they are read`(style: SyncRequest.Style) throws {
    let fixture = try Fixture()
    try fixture.write([1], "a")
    try fixture.create()
    try fixture.write([2], "a")
    try fixture.create()
    try fixture.sync(1)
    try fixture.replacePages()
    let error = #expect(throws: SyncError.self) { try fixture.sync(2) { $0.style = style } }
    guard case .notACopy? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(throws: SyncError.self) { try fixture.sync.plan(fixture.request(2), control: fixture.control) }
    #expect(try fixture.isCopy(of: 1))
    try fixture.sync(2) {
      $0.style = style
      $0.adopt = true
    }
    #expect(try fixture.isCopy(of: 2))
  }

  @Test func `to lose local changes that are to be kept, and lists them`() throws {
    let fixture = try Fixture()
    try fixture.write([1], "a")
    try fixture.write([2], "b")
    try fixture.create()
    try fixture.sync(1)
    try fixture.write([3], "a", in: fixture.copy)
    try fixture.write([3], "c", in: fixture.copy)
    try fixture.shell("rm copy/b")
    let error = #expect(throws: SyncError.self) { try fixture.sync(1) { $0.keepLocal = true } }
    guard case .localChanges(3, let first)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(first.map(\.kind) == [.content, .removed, .added])
  }

  @Test func `to patch files that have further links, and touches nothing`() throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(200_000, seed: 1), "a")
    try fixture.create()
    try fixture.write(seededBytes(200_000, seed: 2), "a")
    try fixture.create()
    try fixture.sync(1)
    try fixture.shell("ln copy/a elsewhere")
    let error = #expect(throws: SyncError.self) { try fixture.sync(2) { $0.style = .inPlace } }
    guard case .linked(1, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try fixture.isCopy(of: 1))
  }

  @Test func `to wait longer than it may for another sync`() throws {
    let fixture = try Fixture()
    try fixture.write([1], "a")
    try fixture.create()
    try fixture.sync(1)
    let directory = try Directory(path: fixture.copy)
    let lock = try FileLock.acquire(
      .local(".snapctl/lock"), in: directory, .exclusive, deadline: .never, clock: fixture.clock)
    let error = #expect(throws: SyncError.self) {
      try fixture.sync.sync(
        try fixture.request(1), control: fixture.control, lockDeadline: Deadline(seconds: 0.05, from: fixture.clock))
    }
    guard case .busy? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try lock.release()
    #expect(try fixture.sync(1).result.way == .unchanged)
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `a manifest that would lead out through a link`(style: SyncRequest.Style) throws {
    let fixture = try Fixture()
    try fixture.shell("mkdir outside")
    let commit = VersionCommit(collection: fixture.collection, kind: .tree, action: .create, message: "")
    _ = try fixture.store.commit(commit, baseVersion: { _ throws(StoreError) in nil }) { base throws(StoreError) in
      let writer = try SnapshotWriter(fixture.store.context(base.intent), base: nil)
      guard let link = RelativePath("a"), let file = RelativePath("a/x") else { throw .invalid("not paths") }
      try writer.addLink(link, mode: 0o777, target: Array("\(fixture.root)/outside".utf8))
      try writer.addFile(file, mode: 0o644, BytesInput([1, 2, 3]))
      _ = try writer.finishTree()
      let description = SnapshotWriter.Description(collection: fixture.collection, version: 1, message: "")
      return .manifest(try writer.finish(description), basis: .version(0), further: [])
    }
    #expect(throws: SyncError.self) { try fixture.sync(1) { $0.style = style } }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.root)/outside").isEmpty)
  }
}

extension Fixture {
  /// Writes the packs of the copy anew, with other bytes under the same ids.
  fileprivate func replacePages() throws {
    for file in try FileManager.default.contentsOfDirectory(atPath: "\(copy)/.snapctl") where file.hasPrefix("pages-") {
      let path = "\(copy)/.snapctl/\(file)"
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      let name = try #require(UniqueName(hex: String(file.dropFirst(6))))
      let pack = try PackReader(bytes.rawSpan, expected: name)
      var builder = PackBuilder(name: name, created: pack.created)
      for place in pack.frames {
        let stored = Array(bytes[place.offset..<(place.offset + place.byteCount)])
        let frame = try FrameDecoder().decode(stored.rawSpan)
        let raw = frame.raw.map { $0 ^ 1 }
        let other = FrameEncoder().encode(raw.rawSpan, entries: frame.header.entries, kind: frame.header.kind)
        _ = builder.append(frame: other.bytes, entryCount: frame.header.entries.count)
      }
      try Data(builder.finish()).write(to: URL(fileURLWithPath: path))
    }
  }
}
