internal import Primitives
internal import SnapshotFormat

/// Decodes any one object, whole, and tells what it holds.
struct ObjectInspector {
  typealias Field = InspectedObject.Field

  private let bytes: [UInt8]
  private let path: String
  /// The path's components, the last one first.
  private let components: [Substring]

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    components = path.split(separator: "/").reversed()
  }

  func inspect() throws(FormatError) -> InspectedObject {
    var input = ByteReader(bytes.rawSpan, of: "preamble")
    let preamble = try Preamble(from: &input)
    let fields = [Field("writer", .text(preamble.writer))] + (try fields(of: preamble.type))
    return InspectedObject(type: "\(preamble.type)", byteCount: UInt64(bytes.count), fields: fields)
  }

  private func fields(of type: ObjectType) throws(FormatError) -> [Field] {
    switch type {
    case .store: try StoreIdentity(decoding: bytes.rawSpan).inspected
    case .pack: try PackReader(bytes.rawSpan, expected: try name()).inspected
    case .manifest: try ManifestRoot.decode(bytes.rawSpan, named: try name(), expected: nil).inspected
    case .head: try head().inspected
    case .versions: try VersionsObject(decoding: bytes.rawSpan, named: try name()).inspected
    case .intent: try intent().inspected
    case .delta: try delta()
    case .segment: try SegmentIndex(bytes.rawSpan).inspected
    case .lease: try lease().inspected
    case .copyState: try CopyState(decoding: bytes.rawSpan).inspected
    }
  }

  private func name() throws(FormatError) -> UniqueName {
    guard let name = components.first.flatMap({ UniqueName(hex: $0) }) else { throw unnamed("its 32 hex digits") }
    return name
  }

  private func collection(at index: Int) throws(FormatError) -> CollectionName {
    guard components.count > index, let name = CollectionName(pathComponent: components[index]) else {
      throw unnamed("its collection")
    }
    return name
  }

  private func number() throws(FormatError) -> UInt64 {
    guard let last = components.first, last.utf8.count == 20, let number = UInt64(last) else {
      throw unnamed("its 20 digits")
    }
    return number
  }

  private func head() throws(FormatError) -> Head {
    try Head(decoding: bytes.rawSpan, collection: try collection(at: 1), revision: try number())
  }

  private func intent() throws(FormatError) -> Intent {
    guard let identifier = components.first.flatMap({ IntentIdentifier(hex: $0) }) else {
      throw unnamed("its 16 hex digits")
    }
    return try Intent(decoding: bytes.rawSpan, collection: try collection(at: 1), identifier: identifier)
  }

  private func lease() throws(FormatError) -> Lease {
    try Lease(decoding: bytes.rawSpan, collection: try collection(at: 1), token: try number())
  }

  private func delta() throws(FormatError) -> [Field] {
    guard components.count > 2, let producer = ProducerName(String(components[1])) else {
      throw unnamed("its producer")
    }
    let key = ObjectKey.delta(try collection(at: 2), producer, sequence: try number())
    var reader = try DeltaReader(bytes.rawSpan, named: key)
    while try reader.next() != nil {}
    return reader.header.inspected + reader.footer.inspected + [Field("digest", .text(reader.digest.hex))]
  }

  private func unnamed(_ what: String) -> FormatError {
    FormatError(.unsupported, "name", "an object is bound to its name, and the path does not end in \(what)")
  }
}
