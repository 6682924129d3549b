import Primitives
import SnapshotFormat

/// Names and paths that come from a listing, a command line or an object.
extension FuzzTarget {
  static var names: FuzzTarget {
    FuzzTarget {
      let key = ObjectKey.pack(Samples.name(1)).string
      let texts = ["receipts/words", "a/b.c", "worker-1", key, Samples.name(1).hex, "heads/words/00000000000000000007"]
      return texts.map { Array($0.utf8) } + [Array("\u{1B}[31m\u{202E}".utf8)]
    } check: { bytes in
      try checkPath(bytes)
      let text = String(decoding: bytes, as: UTF8.self)
      try FuzzFinding.unless(Printable.string(bytes).utf8.allSatisfy { $0 >= 0x20 }, "a control character is printed")
      try checkNames(text)
      try checkKey(text)
    }
  }

  private static func checkPath(_ bytes: [UInt8]) throws {
    guard let path = RelativePath(bytes) else { return }
    let sound = path.components.allSatisfy {
      !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
    }
    try FuzzFinding.unless(sound && path.bytes == bytes, "a path that leads elsewhere")
    let rebuilt = path.parent.map { $0.appending(path.lastComponent) } ?? RelativePath(path.lastComponent)
    try FuzzFinding.unless(rebuilt == path, "parent and last component are not the path")
    try FuzzFinding.unless(path.parent.map { path.isBelow($0) } ?? true, "a path is not below its parent")
    _ = path.description
  }

  private static func checkNames(_ text: String) throws {
    if let name = CollectionName(text) {
      try FuzzFinding.unless(CollectionName(pathComponent: name.pathComponent) == name, "a collection's path component")
      try FuzzFinding.unless(
        ObjectKey(listed: ObjectKey.head(name, revision: .max).string) != nil, "a head that is not found by listing")
    }
    if let name = CollectionName(pathComponent: text) {
      try FuzzFinding.unless(name.pathComponent == text, "two path components of one collection")
    }
    if let producer = ProducerName(text) {
      let key = ObjectKey.delta(try Samples.collection(), producer, sequence: 1)
      try FuzzFinding.unless(ObjectKey(listed: key.string) == key, "a delta that is not found by listing")
    }
    if let name = UniqueName(hex: text) { try FuzzFinding.unless(name.hex == text, "a name of 16 bytes") }
    if let name = IntentIdentifier(hex: text) { try FuzzFinding.unless(name.hex == text, "a name of 8 bytes") }
    _ = TagName(text)
  }

  private static func checkKey(_ text: String) throws {
    guard let key = ObjectKey(listed: text) else { return }
    // By bytes, as a file system reads them: "/" and a combining mark are one character, and still a separator.
    let components = key.string.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let sound = components.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    try FuzzFinding.unless(sound, "a key that leads elsewhere")
    try FuzzFinding.unless(components.last?.elementsEqual(key.lastComponent.utf8) ?? false, "another last component")
    if let number = key.number {
      let spelled = ObjectKey.head(.store, revision: number).lastComponent
      try FuzzFinding.unless(spelled == key.lastComponent, "two keys of one number")
    }
    let aside = ObjectKey.quarantine(key, mark: Samples.name(1)).string.utf8
    try FuzzFinding.unless(aside.count { $0 == UInt8(ascii: "/") } == 1, "set aside in another folder")
  }
}

/// JSON Lines, as they are appended.
extension FuzzTarget {
  static var json: FuzzTarget {
    FuzzTarget {
      [
        #"{"id":"a#1","text":"zw\u00f6lf \ud83d\ude00","score":0.5,"box":[[1,-2],[3,4e2]],"ok":true,"none":null}"#,
        "{\"a\":1}\n\n[]\r\n\"\\n\\t\\\"\"\n-0\n12345678901234567890",
      ].map { Array($0.utf8) }
    } check: { bytes in
      let limit = 4_096
      var whole = JSONLines(byteCountMax: limit)
      let lines = whole.lines(in: bytes) + [whole.finish()].compactMap(\.self)
      try FuzzFinding.unless(lines == inPieces(bytes, limit), "other lines when read in pieces")
      let sound = try lines.filter { try isSound($0.bytes ?? []) }
      if sound.isEmpty { _ = try JSONParser.parse(bytes) }
    }
  }

  private static func inPieces(_ bytes: [UInt8], _ limit: Int) -> [JSONLines.Line] {
    var reader = JSONLines(byteCountMax: limit)
    var lines: [JSONLines.Line] = []
    for start in stride(from: 0, to: bytes.count, by: 7) { lines += reader.lines(in: bytes[start...].prefix(7)) }
    return lines + [reader.finish()].compactMap(\.self)
  }

  private static func isSound(_ bytes: [UInt8]) throws -> Bool {
    let limits = JSONParser.Limits(byteCount: 4_096, depth: 8)
    guard let value = try? JSONParser.parse(bytes, limits: limits) else { return false }
    let text = JSONWriter.bytes(value)
    try FuzzFinding.unless(!text.contains { $0 < 0x20 }, "a control character in a line")
    let again = try FuzzFinding.unlessDone("JSON is read again") { try JSONParser.parse(text) }
    try FuzzFinding.unless(again == value, "JSON written and read again differs")
    return true
  }
}
