import Catalog
import DirectoryCatalog
import FileTier
import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore

/// A directory that goes with the test.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "snapshot-tests-\(SystemRandomSource().next())")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    path = root.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ bytes: [UInt8], at relative: String) throws {
    let url = URL(fileURLWithPath: path).appendingPathComponent(relative)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
}

/// A store in a directory of its own.
struct TestStore {
  let directory: TemporaryDirectory
  let origin: FileObjectTier
  let store: SnapshotStore

  init(jobs: Int = 2, windowByteCount: Int = 4 << 20) throws {
    directory = try TemporaryDirectory()
    let clock = SystemClock()
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SystemRandomSource())
    origin = try FileObjectTier.open(
      directory.path, options: FileObjectTier.Options(role: .origin), random: SystemRandomSource())
    let identity = StoreIdentity(
      identifier: UniqueName(random: SystemRandomSource()), catalog: .directory, created: clock.now())
    _ = try StoreObject.create(identity, in: origin, settings: settings, deadline: .never)
    var limits = StoreLimits()
    limits.jobs = jobs
    limits.windowByteCount = windowByteCount
    store = SnapshotStore(
      identity: identity, tier: origin, catalog: DirectoryCatalog(origin), limits: limits, settings: settings)
  }

  func create(_ path: String, _ name: String = "words") throws -> CreateResult {
    try store.create(CreateRequest(collection: CollectionName(name)!, tree: TreeInput(path: path)))
  }

  func manifest(_ version: UInt64, _ name: String = "words") throws -> ManifestReader {
    try store.manifest(try store.row(VersionReference(CollectionName(name)!, .number(version))))
  }

  func verify(_ level: VerifyLevel = .full) throws -> (VerifySummary, [VerifyFinding]) {
    let findings = Findings()
    let summary = try Verifier(store, tier: origin, level: level) { findings.all.append($0) }.run(.store)
    return (summary, findings.all)
  }
}

final class Findings {
  var all: [VerifyFinding] = []
}

/// The bytes of a file of a version.
func contents(_ path: String, of manifest: ManifestReader) throws -> [UInt8]? {
  guard case .file(let file)? = try manifest.file(at: RelativePath(path)!)?.content else { return nil }
  var bytes: [UInt8] = []
  try manifest.forEachReference(of: file) { reference throws(StoreError) in
    bytes += try manifest.chunks.chunk(reference, support: manifest.support)
  }
  return bytes
}

/// The versions of the ChromaDB directory that the project carries, unpacked.
struct ChromaVersions {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/chroma-receipts").path
    for version in 1...6 {
      try FileManager.default.createDirectory(atPath: path(version), withIntermediateDirectories: true)
      let tar = Process()
      tar.executableURL = URL(fileURLWithPath: "/bin/tar")
      tar.arguments = ["--zstd", "-xf", "\(fixtures)/v\(version).tar.zst", "-C", path(version)]
      try tar.run()
      tar.waitUntilExit()
      precondition(tar.terminationStatus == 0, "the fixture of version \(version) cannot be unpacked")
    }
  }

  func path(_ version: Int) -> String { "\(directory.path)/v\(version)" }

  func files(_ version: Int) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let root = path(version)
    for relative in try FileManager.default.subpathsOfDirectory(atPath: root) {
      let full = "\(root)/\(relative)"
      let type = try FileManager.default.attributesOfItem(atPath: full)[.type] as? FileAttributeType
      guard type == .typeRegular else { continue }
      files[relative] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: full)))
    }
    return files
  }
}
