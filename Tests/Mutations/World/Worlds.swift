import Primitives
import RecordSamples
import SnapshotFormat

/// The stores that are mutated: small, and between them with every kind of object, chunk, page and frame.
enum Worlds {
  static func all(seed: UInt64, temporaryDirectory: String) throws -> [World] {
    let makers: [(WorldBuilder) throws -> World] = [
      grid, grid, shifted, shifted, floats, vectors, vectors, pages, paged, older,
    ]
    return try makers.enumerated().map { number, make in
      try make(
        WorldBuilder(seed: seed, number: UInt64(number) | 1 << 40, temporaryDirectory: temporaryDirectory))
    }
  }

  /// Chunks of a grid, sparse patches in a chain, tags, holds, policy, an intent left behind, a second collection.
  private static func grid(_ builder: WorldBuilder) throws -> World {
    var tree = Tree()
    let noise = builder.chance.bytes(9_000)
    let text = Array("SQLite format 3\0".utf8) + (0..<66_000).map { UInt8(truncatingIfNeeded: $0 / 97 ^ $0 / 5_003) }
    tree.put("db.sqlite3", .file(text + noise))
    tree.put("empty", .file([]))
    tree.put("folder", mode: 0o755, .directory)
    tree.put("folder/link", mode: 0o777, .link(target: Array("../db.sqlite3".utf8)))
    tree.put("folder/note", mode: 0o600, .file(builder.chance.bytes(200)))
    try builder.publish(tree, to: "words", message: "first")
    for version in 2...4 {
      var bytes = tree.bytes("db.sqlite3")
      for _ in 0..<6 { bytes[40 + builder.chance.below(bytes.count - 40)] ^= 0x11 }
      tree.put("db.sqlite3", .file(bytes))
      tree.put("folder/note", mode: 0o640, .file(builder.chance.bytes(150 + version)))
      try builder.publish(tree, to: "words", message: "change \(version)")
      if version == 2 { try tagAndHold(builder) }
    }
    try builder.announce(on: "words")
    var other = Tree()
    other.put("note", .file(builder.chance.bytes(3_000)))
    try builder.publish(other, to: "models/paddle")
    return try builder.finish("grid", share: 120)
  }

  private static func tagAndHold(_ builder: WorldBuilder) throws {
    let tag = try Unsound.known(TagName("blessed"), "tag")
    try builder.change("words") { _ in [.tag(tag, version: 1)] }
    try builder.change("words") { _ in
      [.hold(Hold(version: 2, until: Timestamp(milliseconds: 2_000_000_000_000), label: "the audit"))]
    }
    try builder.change("words") { _ in [.policy(key: "keep", value: "7")] }
    try builder.change("words") { _ in [.fence(gcEpoch: 3, leastIntentEpoch: 2)] }
  }

  /// Content-defined chunks, of which some shift: prefix patches, and patches on several base chunks.
  private static func shifted(_ builder: WorldBuilder) throws -> World {
    let words = (0..<300).map { _ in builder.chance.bytes(2 + builder.chance.below(9)).map { 97 + $0 % 26 } }
    var text: [UInt8] = []
    while text.count < 60_000 { text += words[builder.chance.below(words.count)] + [32] }
    var tree = Tree()
    tree.put("corpus.txt", .file(text))
    tree.put("model.bin", .file(builder.chance.bytes(20_000)))
    try builder.publish(tree, to: "texts")
    for _ in 0..<2 {
      for _ in 0..<4 {
        let place = builder.chance.below(text.count)
        text.insert(contentsOf: words[builder.chance.below(words.count)], at: place)
      }
      for _ in 0..<120 { text[builder.chance.below(text.count)] = 97 }
      tree.put("corpus.txt", .file(text))
      try builder.publish(tree, to: "texts")
    }
    return try builder.finish("shifted", share: 110)
  }

  /// Shuffled frames.
  private static func floats(_ builder: WorldBuilder) throws -> World {
    var output = ByteWriter()
    output.append([0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0] + [UInt8](repeating: 32, count: 118))
    for _ in 0..<17_000 { output.integer((Float(builder.chance.below(2_000) - 1_000) / 977).bitPattern) }
    var bytes = output.bytes
    var tree = Tree()
    tree.put("array.npy", .file(bytes))
    try builder.publish(tree, to: "arrays")
    for index in stride(from: 500, to: bytes.count, by: 9_001) { bytes[index] ^= 3 }
    tree.put("array.npy", .file(bytes))
    try builder.publish(tree, to: "arrays")
    return try builder.finish("floats", share: 90)
  }

  /// Records: compacted, waiting, set aside; prefixes deleted and patched; two producers.
  private static func vectors(_ builder: WorldBuilder) throws -> World {
    var source = OperationSource(seed: builder.chance.next())
    let producers = OperationSource.producers
    func operations(_ count: Int) -> [RecordOperation] { source.log(count).map(\.operation) }
    for producer in producers.prefix(2) {
      let first: RecordOperation = .upsert(source.name(), source.body())
      try builder.append([first] + operations(11), to: "words", by: producer, run: "night", expected: 24)
    }
    try builder.compact("words")
    try builder.append(operations(9), to: "words", by: producers[0])
    try builder.append(operations(5), to: "words", by: producers[1])
    try builder.append(operations(5), to: "words", by: producers[2])
    try builder.damageNewestDelta(of: "words")
    try builder.compact("words")
    try builder.append(operations(7), to: "words", by: producers[0], run: "morning")
    try builder.append(operations(4), to: "words", by: producers[0])
    try builder.append(operations(6), to: "words", by: producers[1])
    return try builder.finish("vectors", share: 150)
  }

  /// Several files pages, and pages stored as patches of the pages they replace.
  private static func pages(_ builder: WorldBuilder) throws -> World {
    var tree = Tree()
    var boundaries = 0
    var number = 0
    while boundaries < 2 {
      let path = "f\(number)"
      let isBoundary = Digest.of(Array(path.utf8)).words[0] & 0x1FF == 0
      if isBoundary || number < 70 { tree.put(path, .file(builder.chance.bytes(24))) }
      boundaries += isBoundary ? 1 : 0
      number += 1
    }
    try builder.publish(tree, to: "many")
    tree.put("f7", .file(builder.chance.bytes(30)))
    try builder.publish(tree, to: "many")
    return try builder.finish("pages", share: 80)
  }

  /// A file of more chunks than stand inline: chunks pages.
  private static func paged(_ builder: WorldBuilder) throws -> World {
    var bytes = segmentBeginning()
    let block = (0..<32_768).map { UInt8(truncatingIfNeeded: $0 / 300) }
    bytes += [UInt8](repeating: 5, count: 32_768 - bytes.count)
    for _ in 0..<69 { bytes += block }
    var tree = Tree()
    tree.put("long", .file(bytes))
    try builder.publish(tree, to: "long")
    bytes[40_000] ^= 1
    tree.put("long", .file(bytes))
    try builder.publish(tree, to: "long")
    return try builder.finish("paged", share: 12)
  }

  /// The first 256 bytes of a segment with the smallest chunks there may be.
  private static func segmentBeginning() -> [UInt8] {
    var output = ByteWriter()
    Preamble(type: .segment).write(to: &output)
    let start = output.count
    output.append(Array("SSEG".utf8))
    output.integer(UInt32(VectorSchema.chunkByteCounts.lowerBound))
    output.zeros(252 - output.count)
    output.crc(from: start)
    return output.bytes
  }

  /// More versions than a head holds: a versions object.
  private static func older(_ builder: WorldBuilder) throws -> World {
    var tree = Tree()
    tree.put("note", .file(builder.chance.bytes(60)))
    try builder.publish(tree, to: "line")
    try builder.repeatNewest(of: "line", times: 129)
    return try builder.finish("older", share: 4)
  }
}
