import Catalog
import FileIO
import FileTier
import Foundation
import Glibc
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `creating a version` {
  private func create(
    _ store: TestStore, _ path: String, _ expectation: CreateRequest.Expectation
  ) throws -> CreateResult {
    var request = CreateRequest(collection: CollectionName("words")!, tree: TreeInput(path: path))
    request.expectation = expectation
    return try store.store.create(request)
  }

  @Test func `from a directory that came from an older version is a conflict, and publishes nothing`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    for version in 0..<2 {
      try tree.write([UInt8(version)], at: "x")
      _ = try store.create(tree.path)
    }
    try tree.write([9], at: "x")
    let error = #expect(throws: StoreError.self) { try create(store, tree.path, .version(1)) }
    guard case .catalog(.conflict(let conflict))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(conflict.expected == 1)
    #expect(conflict.head.newestVersion == 2)
    #expect(try store.store.head(of: CollectionName("words")!).newestVersion == 2)
    #expect(try create(store, tree.path, .any).row.version == 3)
  }

  @Test func `again after a kill that came behind the commit finds its own version`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write([1], at: "x")
    _ = try store.create(tree.path)
    try tree.write([2], at: "x")
    #expect(try create(store, tree.path, .version(1)).row.version == 2)
    let again = try create(store, tree.path, .version(1))
    #expect(again.isUnchanged)
    #expect(again.row.version == 2)
  }

  @Test func `of a tree with a FIFO says which, waits for nobody, and leaves it out`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write([1], at: "x")
    #expect(unsafe mkfifo("\(tree.path)/pipe", 0o600) == 0)
    let result = try store.create(tree.path)
    #expect(result.omissions.skipped == [TreeOmissions.Skipped(path: RelativePath("pipe")!, kind: .fifo)])
    #expect(result.row.fileCount == 1)
    #expect(try TreeHash.hash(TreeInput(path: tree.path), jobs: 1).contentHash == result.row.contentHash)
  }

  @Test func `ignores times, and counts modes, types, targets and names`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write([1, 2, 3], at: "a/x")
    try FileManager.default.createSymbolicLink(atPath: "\(tree.path)/link", withDestinationPath: "a/x")
    let again = try store.create(tree.path)
    #expect(again.row.version == 1 && again.head.newestRow == again.row)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: "\(tree.path)/a/x")
    #expect(try store.create(tree.path).isUnchanged)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(tree.path)/a/x")
    #expect(try store.create(tree.path).row.version == 2)
    try FileManager.default.removeItem(atPath: "\(tree.path)/link")
    try FileManager.default.createSymbolicLink(atPath: "\(tree.path)/link", withDestinationPath: "a/y")
    #expect(try store.create(tree.path).row.version == 3)
    try FileManager.default.createDirectory(atPath: "\(tree.path)/empty", withIntermediateDirectories: false)
    #expect(try store.create(tree.path).row.version == 4)
  }

  @Test func `stores a file that was renamed or copied only once`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write(seededBytes(1 << 20, seed: 5), at: "old")
    _ = try store.create(tree.path)
    try FileManager.default.moveItem(atPath: "\(tree.path)/old", toPath: "\(tree.path)/renamed")
    try FileManager.default.copyItem(atPath: "\(tree.path)/renamed", toPath: "\(tree.path)/z")
    let result = try store.create(tree.path)
    #expect(result.statistics.bytesChanged == 0)
    #expect(result.statistics.bytesStored < 20_000)
  }

  @Test func `bounds the chains of patches, and every version comes back`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    var bytes = Array("SQLite format 3\0".utf8) + seededBytes(150_000, seed: 6)
    var versions: [[UInt8]] = []
    for round in 0..<20 {
      bytes[20 + round * 5_000] ^= 0xFF
      versions.append(bytes)
      try tree.write(bytes, at: "db")
      _ = try store.create(tree.path)
    }
    var depths: [Int] = []
    for (index, expected) in versions.enumerated() {
      let manifest = try store.manifest(UInt64(index + 1))
      #expect(try contents("db", of: manifest) == expected)
      guard case .file(let file)? = try manifest.file(at: RelativePath("db")!)?.content else { continue }
      try manifest.forEachReference(of: file) { reference throws(StoreError) in depths.append(reference.chainDepth) }
    }
    #expect(depths.max() == 8)
    #expect(try store.verify().1.isEmpty)
  }

  @Test func `takes thousands of small files, and files of no bytes`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    for index in 0..<1_500 {
      try tree.write(seededBytes(index % 40, seed: UInt64(index)), at: "d\(index % 7)/f\(index)")
    }
    let first = try store.create(tree.path)
    #expect(first.row.fileCount == 1_500)
    try tree.write([1], at: "d3/f703")
    let second = try store.create(tree.path)
    #expect(second.statistics.bytesStored < 4_000, "\(second.statistics)")
    #expect(try contents("d3/f703", of: store.manifest(2)) == [1])
    #expect(try store.verify().1.isEmpty)
  }

  @Test func `an object whose link failed is missing for the link's reason`() throws {
    let store = try TestStore()
    let key = ObjectKey.pack(UniqueName(high: 1, low: 2))
    let error = SystemCallHook.during(decide: { call, _ in call == .link ? .fail(errno: EIO) : nil }) {
      #expect(throws: StoreError.self) { try store.origin.createFresh(key, [1]) }
    }
    guard case .tier(let cause) = error else { throw error ?? .invalid("no error") }
    #expect(cause.kind == .failed && cause.reason == "link: Input/output error")
  }
}
