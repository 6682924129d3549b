import Primitives
import SnapshotFormat

/// Objects made of sections under a seal (formats/preamble.md §2).
extension FuzzTarget {
  private static func sealed<Value: Equatable & SendableMetatype>(
    _ key: @escaping @Sendable () throws -> ObjectKey, _ samples: @escaping @Sendable () throws -> [Value],
    encode: @escaping @Sendable (Value) throws -> SealedObject.Encoded,
    decode: @escaping @Sendable ([UInt8]) throws -> Value
  ) -> FuzzTarget {
    let mend: @Sendable (inout [UInt8]) -> Void = { bytes in
      if let key = try? key() { bytes.mendSealedObject(named: key) }
    }
    return roundTrip(mends: [mend], samples, encode: { try encode($0).bytes }, decode: decode)
  }

  static var store: FuzzTarget {
    sealed {
      .store
    } _: {
      CatalogKind.allCases.map { StoreIdentity(identifier: Samples.name(1), catalog: $0, created: Samples.time) }
    } encode: {
      $0.encoded()
    } decode: {
      try StoreIdentity(decoding: $0.rawSpan)
    }
  }

  static var intent: FuzzTarget {
    let identifier = IntentIdentifier(value: 7)
    return sealed {
      .intent(try Samples.collection(), identifier)
    } _: {
      let collection = try Samples.collection()
      return ["snapctl create", ""].map { owner in
        Intent(
          collection: collection, identifier: identifier, action: .create, baseRevision: 3, gcEpoch: 1,
          started: Samples.time, secondsToLive: 60, beat: 2, owner: owner)
      }
    } encode: {
      try $0.encoded()
    } decode: {
      try Intent(decoding: $0.rawSpan, collection: try Samples.collection(), identifier: identifier)
    }
  }

  static var lease: FuzzTarget {
    sealed {
      .lease(try Samples.collection(), token: 7)
    } _: {
      let collection = try Samples.collection()
      return Lease.State.allCases.map { state in
        Lease(
          collection: collection, token: 7, identifier: Samples.name(6), state: state, started: Samples.time,
          millisecondsToLive: 10_000, beat: 2, owner: "host:17",
          totals: LeaseTotals().adding(waitedMilliseconds: 5, isTakeover: true))
      }
    } encode: {
      try $0.encoded()
    } decode: {
      try Lease(decoding: $0.rawSpan, collection: try Samples.collection(), token: 7)
    }
  }

  static var versions: FuzzTarget {
    sealed {
      .versions(Samples.name(2))
    } _: {
      let collection = try Samples.collection()
      return [1, 3].map { (last: UInt64) in VersionsObject(collection: collection, rows: (1...last).map { row($0) }) }
    } encode: {
      try $0.encoded(named: Samples.name(2))
    } decode: {
      try VersionsObject(decoding: $0.rawSpan, named: Samples.name(2))
    }
  }

  private static func row(_ version: UInt64) -> VersionRow {
    VersionRow(
      version: version, root: Samples.sealed(version), contentHash: .of([1]), created: Samples.time, fileCount: 6,
      recordCount: 10, byteCount: 1 << 20, writeIdentifier: Samples.name(50 + version), message: "größer")
  }

  static var manifestRoot: FuzzTarget {
    sealed {
      .manifest(Samples.name(3))
    } _: {
      try [
        manifest(vectors: nil, parent: nil), manifest(vectors: vectors, parent: parent),
        manifest(vectors: nil, parent: parent, owners: Samples.list(Samples.reference(5))),
      ]
    } encode: {
      $0.encode(named: Samples.name(3))
    } decode: {
      try ManifestRoot.decode($0.rawSpan, named: Samples.name(3), expected: nil)
    }
  }

  private static func manifest(
    vectors: ManifestRoot.Vectors?, parent: ManifestRoot.Parent?, owners: ReferenceList? = nil
  ) throws -> ManifestRoot {
    var totals = ManifestRoot.Totals()
    totals.contentHash = .of([9])
    totals.files = 3
    return ManifestRoot(
      collection: try Samples.collection(), version: 12, created: Samples.time, intent: IntentIdentifier(value: 7),
      message: "first", totals: totals, parent: parent, files: Samples.list(Samples.reference(1), Samples.patched(2)),
      support: Samples.list(nil, Samples.reference(2)), vectors: vectors, owners: owners)
  }

  private static var vectors: ManifestRoot.Vectors {
    ManifestRoot.Vectors(
      producers: Samples.list(Samples.reference(4)), dimension: 384, leastId: "a", greatestId: "z")
  }

  private static var parent: ManifestRoot.Parent {
    ManifestRoot.Parent(version: 11, name: Samples.name(3), digest: .of([3]))
  }

  static var copyState: FuzzTarget {
    sealed {
      .copyState
    } _: {
      try [(nil, nil), ("tree", CopyState.Version(number: 4, root: Samples.name(4), digest: .of([4])))].map {
        try state(tree: $0, inPlace: $1)
      }
    } encode: {
      $0.encoded()
    } decode: {
      try CopyState(decoding: $0.rawSpan)
    }
  }

  private static func state(tree: String?, inPlace: CopyState.Version?) throws -> CopyState {
    var state = CopyState(
      store: Samples.name(1), collection: try Samples.collection(),
      version: CopyState.Version(number: 3, root: Samples.name(3), digest: .of([3])), contentHash: .of([8]),
      synced: Samples.time, packs: [Samples.name(1), Samples.name(2)], hints: Samples.list(Samples.reference(2)),
      tree: tree)
    state.inPlace = inPlace
    state.origin = tree.map { "/copies/\($0)" }
    if tree != nil { state.part = CopyState.Part(contentHash: .of([9]), patterns: ["*.npy", "a/**", "!b"]) }
    return state
  }
}
