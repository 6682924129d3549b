import Primitives
import Testing

@testable import SnapshotFormat

@Suite struct IntentTests {
  private let intent = Intent(
    collection: HeadSamples.collection, identifier: IntentIdentifier(value: 0xABCD), action: .create, baseRevision: 4,
    gcEpoch: 2, started: Timestamp(milliseconds: 1_700_000_000_000), secondsToLive: 600, owner: "snapctl create")

  private func decode(_ bytes: [UInt8]) throws(FormatError) -> Intent {
    try Intent(decoding: bytes.rawSpan, collection: intent.collection, identifier: intent.identifier)
  }

  @Test func `an intent with any one bit flipped, or cut anywhere, is refused`() throws {
    let bytes = try intent.encoded().bytes
    for bit in 0..<(bytes.count * 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try decode(damaged) }
    }
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self, "\(count) bytes") { try decode(Array(bytes.prefix(count))) }
    }
  }

  @Test func `an intent under another name does not verify`() throws {
    let bytes = try intent.encoded().bytes
    #expect(throws: FormatError.self) {
      try Intent(decoding: bytes.rawSpan, collection: intent.collection, identifier: IntentIdentifier(value: 1))
    }
  }

  @Test func `an owner that is too long is not written`() {
    let long = Intent(
      collection: intent.collection, identifier: intent.identifier, action: .create, baseRevision: 0, gcEpoch: 0,
      started: intent.started, secondsToLive: 1, owner: String(repeating: "o", count: 1_025))
    #expect(throws: FormatError.self) { try long.encoded() }
  }

  @Test func `an intent is read as it was written`() throws {
    #expect(try decode(intent.encoded().bytes) == intent)
  }
}

@Suite struct StoreIdentityTests {
  private let identity = StoreIdentity(
    identifier: HeadSamples.name(8), catalog: .rocksdb, created: Timestamp(milliseconds: 5))

  @Test func `a store object with any one bit flipped, or cut anywhere, is refused`() {
    let bytes = identity.encoded().bytes
    for bit in 0..<(bytes.count * 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try StoreIdentity(decoding: damaged.rawSpan) }
    }
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self) { try StoreIdentity(decoding: Array(bytes.prefix(count)).rawSpan) }
    }
  }

  @Test(arguments: [(16, UInt8(2)), (17, UInt8(9))])
  func `an id algorithm or catalog of another program is unsupported`(field: Int, value: UInt8) {
    var bytes = Array(identity.encoded().bytes.dropLast(SealedObject.sealByteCount))
    bytes[Preamble.byteCount + 4 + 8 + field] = value
    let sealed = bytes + SealedObject.digest(of: bytes.rawSpan, named: .store).bytes + [0, 0]
    let error = #expect(throws: FormatError.self) { try StoreIdentity(decoding: sealed.rawSpan) }
    #expect(error?.kind == .unsupported)
  }

  @Test(arguments: CatalogKind.allCases) func `a store object is read as it was written`(catalog: CatalogKind) throws {
    let written = StoreIdentity(identifier: identity.identifier, catalog: catalog, created: identity.created)
    #expect(try StoreIdentity(decoding: written.encoded().bytes.rawSpan) == written)
  }
}

@Suite struct VersionsObjectTests {
  private func sample() throws -> (Head, [UInt8]) {
    let (head, bytes) = try HeadSamples.head(versions: 129).spilled(to: HeadSamples.name(5))
    return (head, bytes)
  }

  @Test func `a versions object that is damaged, cut or another one is refused`() throws {
    let (head, bytes) = try sample()
    func decode(_ bytes: [UInt8], _ range: OlderVersions) throws(FormatError) {
      _ = try VersionsObject(decoding: bytes.rawSpan, of: range, collection: head.collection)
    }
    let range = head.older[0]
    for index in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged[index] ^= 0x10
      #expect(throws: FormatError.self, "byte \(index)") { try decode(damaged, range) }
      #expect(throws: FormatError.self) { try decode(Array(bytes.prefix(index)), range) }
    }
    let shifted = OlderVersions(first: 2, last: 65, object: range.object)
    #expect(throws: FormatError.self) { try decode(bytes, shifted) }
    let other = SealedReference(name: range.object.name, byteCount: range.object.byteCount, digest: .zero)
    #expect(throws: FormatError.self) { try decode(bytes, OlderVersions(first: 1, last: 64, object: other)) }
  }

  @Test func `a versions object without rows, with a gap, or with too many is not written`() throws {
    let rows = try HeadSamples.head(versions: 129).rows
    for bad in [[], [rows[0], rows[2]], rows] {
      #expect(throws: FormatError.self) {
        try VersionsObject(collection: HeadSamples.collection, rows: bad).encoded(named: HeadSamples.name(1))
      }
    }
  }
}
