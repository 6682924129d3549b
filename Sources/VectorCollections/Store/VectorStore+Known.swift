internal import Catalog
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What an append has to know of its collection before it writes anything.
struct KnownCollection {
  let schema: VectorSchema
  /// What the newest head said a moment ago; nil: it is to be read.
  let state: CompactedState?
}

extension VectorStore {
  /// What is known of the collection, which is made, and told its schema, where that is still to be done
  /// (formats/head.md §7).
  ///
  /// Nothing is written for work that could not be appended anyhow.
  func known(for requests: [AppendRequest], _ deadline: Deadline) throws(AppendError) -> KnownCollection {
    let known = try storing { () throws(StoreError) in
      let known = try rememberedHead()
      try known?.requireWritable(in: store)
      return known
    }
    if let known, let schema = known.schema, known.isSchemaTold {
      return KnownCollection(schema: schema, state: known.state)
    }
    guard let wanted = known?.schema ?? VectorStore.schema(of: requests.flatMap(\.operations)) else {
      throw .log(.refused("the first work of a collection has to bring a record: its vector tells the dimension"))
    }
    guard requests.contains(where: { $0.refusal(wanted) == nil }) else {
      return KnownCollection(schema: wanted, state: known?.state)
    }
    let told = try storing { () throws(StoreError) in try tell(wanted, deadline) }
    return KnownCollection(schema: told, state: nil)
  }

  /// - Returns: the schema that counts: another one, where somebody else was faster.
  private func tell(_ wanted: VectorSchema, _ deadline: Deadline) throws(StoreError) -> VectorSchema {
    let head = try register(wanted, deadline: deadline)
    return try schema(try manifest(of: head), head) ?? wanted
  }

  private func storing<Value>(_ body: () throws(StoreError) -> Value) throws(AppendError) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }

  /// The newest head and the schema, without reading what this process has read while the same head was the newest.
  /// The head that is read for it is not looked for again.
  private func rememberedHead() throws(StoreError) -> AppendMemory.KnownHead? {
    if let known = try sequences.known(), known.schema != nil { return known }
    guard let head = try headIfPresent() else { return nil }
    let manifest = try manifest(of: head)
    let schema = try schema(manifest, head)
    let known = try AppendMemory.KnownHead(head, manifest, schema: schema)
    settings.memory.note(known, of: collection)
    return known
  }
}

extension AppendMemory.KnownHead {
  init(_ head: Head, _ manifest: ManifestReader?, schema: VectorSchema? = nil) throws(StoreError) {
    self.init(
      head: head, state: try CompactedState(head, manifest), manifest: manifest.map { ($0.name, $0.root.writers) },
      schema: schema)
  }

  /// A delta counts for the version that is made of it: whoever may not build upon the newest may not append either.
  func requireWritable(in store: SnapshotStore) throws(StoreError) {
    try store.catching { () throws(CatalogError) in try head.requireWritable() }
    guard let manifest, let refusal = manifest.writers.refusal("manifest root") else { return }
    throw .damage(refusal, of: .manifest(manifest.name), in: store.tier.location)
  }

  /// Whether no delta that comes now can tell another one.
  fileprivate var isSchemaTold: Bool { head.schema != nil || head.newestVersion > 0 }
}
