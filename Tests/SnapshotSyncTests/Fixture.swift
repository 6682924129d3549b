import Catalog
import DirectoryCatalog
import FileIO
import FileTier
import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

/// A store, a source directory that versions are made of, and a place for a copy.
final class Fixture {
  let root: String
  let store: SnapshotStore
  let clock = SystemClock()
  let collection: CollectionName

  var source: String { "\(root)/source" }
  var copy: String { "\(root)/copy" }

  init(jobs: Int = 1) throws {
    root = NSTemporaryDirectory() + "snapshot-sync-\(SystemRandomSource().next())"
    try FileManager.default.createDirectory(atPath: "\(root)/source", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: "\(root)/store", withIntermediateDirectories: true)
    collection = try #require(CollectionName("words"))
    let random = SystemRandomSource()
    let settings = CommitSettings(clock: clock, wallClock: clock, random: random)
    let origin = try FileObjectTier.open(
      "\(root)/store", options: FileObjectTier.Options(role: .origin), random: random)
    let identity = StoreIdentity(identifier: UniqueName(random: random), catalog: .directory, created: clock.now())
    _ = try StoreObject.create(identity, in: origin, settings: settings, deadline: .never)
    var limits = StoreLimits()
    limits.jobs = jobs
    store = SnapshotStore(
      identity: identity, tier: origin, catalog: DirectoryCatalog(origin), limits: limits, settings: settings)
  }

  deinit {
    _ = try? Shell.run("chmod -R u+rwX '\(root)'; rm -rf '\(root)'")
  }

  // MARK: Versions

  @discardableResult
  func create(_ directory: String? = nil) throws -> CreateResult {
    var request = CreateRequest(collection: collection, tree: TreeInput(path: directory ?? source))
    request.expectation = .any
    return try store.create(request)
  }

  func row(_ version: UInt64) throws -> VersionRow {
    try store.row(VersionReference(collection, .number(version)))
  }

  func manifest(_ version: UInt64) throws -> ManifestReader { try store.manifest(try row(version)) }

  // MARK: Sync

  var sync: SnapshotSync { SnapshotSync(store, random: SystemRandomSource(), wallClock: clock) }
  var control: SyncControl { SyncControl(clock: clock) }

  func request(_ version: UInt64, _ change: (inout SyncRequest) -> Void = { _ in }) throws -> SyncRequest {
    var request = SyncRequest(collection, row: try row(version), directory: copy)
    change(&request)
    return request
  }

  @discardableResult
  func sync(
    _ version: UInt64, _ change: (inout SyncRequest) -> Void = { _ in }
  ) throws -> (result: SyncResult, plan: SyncPlan) {
    var planned = SyncPlan()
    let result = try sync.sync(
      try request(version, change), control: control, lockDeadline: Deadline(seconds: 5, from: clock),
      planned: { planned = $0 })
    return (result, planned)
  }

  func isCopy(of version: UInt64, _ directory: String? = nil) throws -> Bool {
    let path = directory ?? copy
    guard FileManager.default.fileExists(atPath: path) else { return false }
    let hash = try TreeHash.hash(TreeInput(path: path), jobs: 1).contentHash
    let expected = try row(version).contentHash
    return hash == expected
  }

  // MARK: Files

  func write(_ bytes: [UInt8], _ path: String, in directory: String? = nil) throws {
    let url = URL(fileURLWithPath: "\(directory ?? source)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func shell(_ script: String) throws { try Shell.run("cd '\(root)' && \(script)") }

  /// Turns every bit of one byte of a file; its name may have a `*`.
  func flipByte(_ offset: Int, of pattern: String) throws {
    try shell(
      """
      file=$(echo \(pattern))
      byte=$(od -An -tu1 -j\(offset) -N1 "$file")
      printf "\\\\$(printf %o $((255 - byte)))" | dd of="$file" bs=1 seek=\(offset) conv=notrunc status=none
      """)
  }

  func inode(_ path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(copy)/\(path)")
    return try #require(attributes[.systemFileNumber] as? UInt64)
  }
}

enum Shell {
  struct Failed: Error {
    let script: String
  }

  static func run(_ script: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-ec", script]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(script: script) }
  }
}

/// Bytes from a seed, so that a failing test can be run again.
func seededBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  let random = SeededRandomSource(seed: seed)
  var bytes: [UInt8] = []
  while bytes.count < count {
    let word = random.next()
    for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return Array(bytes.prefix(count))
}
