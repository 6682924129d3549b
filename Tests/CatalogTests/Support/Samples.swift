import Catalog
import DirectoryCatalog
import Foundation
import MountTier
import ObjectTier
import Primitives
import RocksDBCatalog
import SnapshotFormat
import TestServers

enum Samples {
  static let words = CollectionName("words")!

  static func name(_ number: UInt64) -> UniqueName { UniqueName(high: number, low: ~number) }

  static func newVersion(_ number: UInt64, message: String = "") -> NewVersion {
    NewVersion(
      root: SealedReference(name: name(number), byteCount: 512, digest: Digest.of([7])), contentHash: Digest.of([8]),
      fileCount: 1, recordCount: number, byteCount: number, message: message)
  }

  static func mark(_ number: UInt64) -> HeadMark {
    HeadMark(
      writeIdentifier: name(9_000 + number), intent: IntentIdentifier(value: number),
      created: Timestamp(milliseconds: 1))
  }

  /// A line of its own in a tier, begun and with so many versions.
  static func fill(_ tier: some ObjectTier, versions: UInt64, kind: CollectionKind = .tree) throws -> Head {
    var head = Head.before(words, kind: LineKind(kind))
    for number in 0...versions {
      let change = number == 0 ? HeadChange.begin : .create(newVersion(number))
      head = try head.applying([change], mark: mark(number))
      _ = try tier.create(head.key, head.encoded().bytes)
    }
    return head
  }

  /// Writes the head that follows in a line, as somebody else would.
  @discardableResult
  static func intrude(_ tier: some ObjectTier, _ changes: [HeadChange], _ mark: UInt64 = 77) throws -> Head {
    let newest = try HeadLine(tier, words).existing()
    let next = try newest.applying(changes, mark: self.mark(mark))
    _ = try tier.create(next.key, next.encoded().bytes)
    return next
  }
}

/// The backends that one suite tests alike.
enum Backend: String, CaseIterable, Sendable {
  case directory, mount, rocksdb, s3

  /// All that can be had here.
  static var here: [Backend] { allCases.filter(\.isHere) }

  private var isHere: Bool {
    switch self {
    case .s3: S3TestServer.isHere
    // Its database belongs on a local disk.
    case .rocksdb: Elsewhere.mounts.isEmpty
    case .directory, .mount: true
    }
  }

  /// The truth of a store: `files`, or an empty one of the backend's own.
  func origin(else files: any ObjectTier) throws -> any ObjectTier {
    #if S3
      if self == .s3 { return try S3TestServer.tier() }
    #endif
    guard self == .mount else { return files }
    let program = MountProgram(path: BuiltProgram.snapctl, arguments: ["snapctl", "serve-mount", "tests"])
    return MountedTier(files.location, options: .init(role: .origin, program: program), clock: SystemClock())
  }

  func catalog(_ origin: any ObjectTier, in directory: TemporaryDirectory, seed: UInt64 = 1) -> any Catalog {
    switch self {
    case .directory, .mount: DirectoryCatalog(origin)
    case .s3: DirectoryCatalog(origin, kind: .s3)
    case .rocksdb:
      RocksDBCatalog(
        origin, directory: directory.path + "/catalog", clock: SystemClock(), random: SeededRandomSource(seed: seed))
    }
  }
}

/// A directory that goes with its owner.
final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    let parent = Elsewhere.mounts.first.map { $0 + "/" } ?? NSTemporaryDirectory()
    path = parent + "catalog-\(SystemRandomSource().next())"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs `body` in so many threads of their own, and waits for all of them.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(index)
      group.leave()
    }
  }
  group.wait()
}
