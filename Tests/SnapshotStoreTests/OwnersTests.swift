import Catalog
import Foundation
import Glibc
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

/// What the file system gives is not needed here: entries are added with whatever owner.
@Suite struct `owners of a version` {
  private static let collection = CollectionName("words")!
  private static let (alice, bob) = (Owner(user: 1_001, group: 100), Owner(user: 3_000_000, group: 7))

  /// Commits a version of empty directories, one for each owner; nil: owners are not recorded.
  @discardableResult
  private func commit(
    _ owners: [Owner?], _ store: TestStore, change: (ManifestRoot) -> ManifestRoot? = { _ in nil }
  ) throws -> VersionCommit.Outcome {
    let commit = VersionCommit(collection: Self.collection, kind: .tree, action: .create, message: "")
    return try store.store.commit(
      commit, baseVersion: { head throws(StoreError) in head.newestVersion == 0 ? nil : head.newestVersion }
    ) { base throws(StoreError) in
      let records = !owners.contains(nil)
      let writer = try SnapshotWriter(
        store.store.context(base.intent), base: base.manifest, recordsOwners: records)
      for (index, owner) in owners.enumerated() {
        guard let path = RelativePath("d\(1_000_000 + index)") else { throw .invalid("no path") }
        try writer.addDirectory(path, mode: 0o755, owner: owner ?? .root)
      }
      let hash = try writer.finishTree()
      if base.manifest?.root.totals.contentHash == hash, try writer.hasOwnersOfBase() { return .unchanged }
      let version = base.head.newestVersion
      let description = SnapshotWriter.Description(
        collection: Self.collection, version: version + 1, message: "", parent: base.parent)
      return .manifest(try writer.finish(description), basis: .version(version), further: [])
    }
  }

  private func isUnchanged(_ outcome: VersionCommit.Outcome) -> Bool {
    if case .unchanged = outcome { true } else { false }
  }

  private func owners(_ manifest: ManifestReader) throws -> [Owner]? {
    guard var stream = try OwnerStream(manifest) else { return nil }
    var owners: [Owner] = []
    while let owner = try stream.next() { owners.append(owner) }
    try stream.finish()
    return owners
  }

  /// A root that says something else of its owners, read as one that a head names.
  private func manifest(
    _ version: UInt64, of store: TestStore, owners: ReferenceList
  ) throws -> ManifestReader {
    let sound = try store.manifest(version)
    let root = sound.root.with(owners: owners)
    return try ManifestReader(root: root, name: sound.name, digest: sound.digest, chunks: sound.chunks)
  }

  private func damage(_ manifest: ManifestReader) throws -> String {
    let error = #expect(throws: StoreError.self) { try owners(manifest) }
    guard case .damage(let damage)? = error else { return "\(String(describing: error))" }
    return damage.reason
  }

  @Test func `that are too few or too many are damage`() throws {
    for other in [2, 4] {
      let store = try TestStore()
      for count in [other, 3] { try commit(Array(repeating: Self.alice, count: count), store) }
      let (wrong, own) = (try store.manifest(1).root.owners, try store.manifest(2).root.owners)
      #expect(try owners(manifest(2, of: store, owners: try #require(own)))?.count == 3)
      let reason = try damage(manifest(2, of: store, owners: try #require(wrong)))
      #expect(reason.contains("\(other) owners; 3 entries"))
      #expect(try damage(manifest(2, of: store, owners: .empty)).contains("0 owners; 3 entries"))
    }
  }

  @Test func `with equal neighbours on two pages are damage`() throws {
    let store = try TestStore()
    for count in [2, 4] { try commit(Array(repeating: Self.alice, count: count), store) }
    let page = try #require(try store.manifest(1).root.owners?.references.first)
    let twice = ReferenceList(level: 0, references: [page, page])
    #expect(try damage(manifest(2, of: store, owners: twice)).contains("the same owner"))
  }

  @Test func `that do not suit the tree are found by verify, and refused by an export`() throws {
    let store = try TestStore()
    for count in [2, 3] { try commit(Array(repeating: Self.alice, count: count), store) }
    let few = try #require(try store.manifest(1).root.owners)
    #expect(try store.verify().1.isEmpty)
    try publish(try store.manifest(2).root.with(owners: few, version: 3), store)
    let findings = try store.verify(.structure).1
    #expect(findings.map(\.version) == [3], "\(findings)")
    #expect(findings.first?.damage.reason.contains("fewer owners than entries") == true)
    var export = TarExport(
      try store.manifest(3), modified: Timestamp(milliseconds: 0), withOwners: true, limits: StoreLimits())
    #expect(throws: StoreError.self) { try export.totalByteCount() }
    #expect(throws: StoreError.self) { try export.write { _ throws(StoreError) in } }
    var without = TarExport(try store.manifest(3), modified: Timestamp(milliseconds: 0), limits: StoreLimits())
    try without.write { _ throws(StoreError) in }
  }

  @Test func `make a version when they alone change, come or go, and none when they do not`() throws {
    let store = try TestStore()
    let tree: [Owner?] = [Self.alice, Self.alice, Self.bob, .root]
    #expect(!isUnchanged(try commit(tree, store)))
    #expect(isUnchanged(try commit(tree, store)))
    #expect(!isUnchanged(try commit([Self.alice, Self.bob, Self.bob, .root], store)))
    #expect(!isUnchanged(try commit([nil, nil, nil, nil], store)))
    #expect(isUnchanged(try commit([nil, nil, nil, nil], store)))
    #expect(!isUnchanged(try commit(tree, store)))
    #expect(try owners(store.manifest(1)) == tree)
    #expect(try owners(store.manifest(3)) == nil)
    #expect(try owners(store.manifest(4)) == tree)
    let hashes = try (1...4).map { try store.manifest($0).root.totals.contentHash }
    #expect(Set(hashes).count == 1)
    #expect(try store.verify().1.isEmpty)
  }

  @Test(arguments: [0, 1, 1_024, 1_025, 2_048, 5_000])
  func `come back however many runs there are`(count: Int) throws {
    let store = try TestStore()
    let owners = (0..<count).map { Owner(user: UInt32($0 % 2), group: UInt32($0 % 3)) }
    try commit(owners, store)
    let manifest = try store.manifest(1)
    #expect(try self.owners(manifest) == owners)
    #expect(try manifest.ownersPages()?.count == (count + 1_023) / 1_024)
    #expect(isUnchanged(try commit(owners, store)))
    #expect(!isUnchanged(try commit(owners + [.root], store)))
    #expect(try self.owners(store.manifest(2)) == owners + [.root])
    #expect(try store.verify().1.isEmpty)
  }

  @Test func `of a directory are what the file system says, of links their own`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write([1], at: "d/file")
    #expect(unsafe symlink("d/file", "\(tree.path)/link") == 0)
    var request = CreateRequest(collection: Self.collection, tree: TreeInput(path: tree.path))
    request.recordsOwners = true
    if geteuid() == 0 {
      for (path, user) in [("d", 11), ("d/file", 12), ("link", 13)] {
        #expect(unsafe lchown("\(tree.path)/\(path)", uid_t(user), gid_t(user + 10)) == 0)
      }
    } else {
      print("not root: all of the tree has one owner")
    }
    _ = try store.store.create(request)
    let expected = try ["d", "d/file", "link"].map { path in
      var status = stat()
      try #require(unsafe lstat("\(tree.path)/\(path)", &status) == 0)
      return Owner(user: status.st_uid, group: status.st_gid)
    }
    #expect(try owners(store.manifest(1)) == expected)
    #expect(try store.store.create(request).isUnchanged)
    request.recordsOwners = false
    #expect(try !store.store.create(request).isUnchanged)
    #expect(try store.manifest(2).root.owners == nil)
  }

  /// A run that was killed after its commit: the same tree on a base that is not the newest any more.
  @Test func `decide whether what was wanted is there already`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    try tree.write([1], at: "file")
    var request = CreateRequest(collection: Self.collection, tree: TreeInput(path: tree.path))
    request.expectation = .version(0)
    request.recordsOwners = true
    #expect(try !store.store.create(request).isUnchanged)
    #expect(try store.store.create(request).isUnchanged)
    request.recordsOwners = false
    #expect(throws: StoreError.self) { try store.store.create(request) }
    guard geteuid() == 0 else { return print("not root: no file can be given away") }
    request.recordsOwners = true
    #expect(unsafe lchown("\(tree.path)/file", 11, 11) == 0)
    #expect(throws: StoreError.self) { try store.store.create(request) }
  }

  /// Makes a version of a root as it is.
  private func publish(_ root: ManifestRoot, _ store: TestStore) throws {
    let name = UniqueName(high: 77, low: root.intent.value)
    let object = root.encode(named: name)
    try store.origin.createFresh(.manifest(name), object.bytes)
    let version = NewVersion(
      root: SealedReference(name: name, byteCount: UInt32(object.bytes.count), digest: object.digest),
      contentHash: root.totals.contentHash, fileCount: root.totals.files, recordCount: 0, byteCount: 0, message: "")
    let transaction = CommitTransaction(
      store.store.catalog, Self.collection, settings: store.store.settings, deadline: .never)
    _ = try transaction.retrying { _ throws(StoreError) in
      Proposal([.create(version)], basis: .anyVersion, intent: root.intent)
    }
  }
}

extension ManifestRoot {
  fileprivate func with(owners: ReferenceList, version: UInt64? = nil) -> ManifestRoot {
    ManifestRoot(
      collection: collection, version: version ?? self.version, created: created, intent: intent, message: message,
      totals: totals, parent: parent, files: files, support: support, vectors: nil, owners: owners)
  }
}
