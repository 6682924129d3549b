import Foundation
import Primitives
import SnapshotFormat
import Testing

/// A newer program asks writers to know something that this one does not (formats/preamble.md §1).
@Suite struct WriterRequirementTests {
  /// Where it asks.
  enum Place: CaseIterable {
    case store, head, root
  }

  /// A collection of records and one of files, a version of each, and records that wait.
  private static func program() throws -> Program {
    let program = try Program.withRecords()
    #expect(try program("compact", "words").status == 0)
    let line = #"{"id":"c","vector":[4,4]}"# + "\n"
    #expect(try program("append", "words", "--input", "-", "--producer", "p", input: line).status == 0)
    try program.write("one\n", to: "tree/a")
    #expect(try program("create", "files", "tree").status == 0)
    try program.write("two\n", to: "tree/a")
    return program
  }

  private func sealed(_ body: [UInt8], _ key: ObjectKey) -> [UInt8] {
    var output = ByteWriter()
    output.append(body)
    output.digest(SealedObject.digest(of: body.rawSpan, named: key))
    output.integer(UInt16(0))
    return output.bytes
  }

  /// The object with writer feature bit 3 set, and sealed again.
  private func requiring(_ bytes: [UInt8], _ key: ObjectKey) -> [UInt8] {
    var output = ByteWriter()
    output.append(Array(bytes[..<16]))
    output.integer(UInt32(1 << 3))
    output.append(Array(bytes[20..<92]))
    output.crc(from: 0)
    output.append(Array(bytes[96..<bytes.count - 34]))
    return sealed(output.bytes, key)
  }

  private func read(_ key: ObjectKey, _ program: borrowing Program) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: program.folder.appendingPathComponent("store/\(key.string)")))
  }

  private func write(_ bytes: [UInt8], _ key: ObjectKey, _ program: borrowing Program) throws {
    let file = program.folder.appendingPathComponent("store/\(key.string)")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    try Data(bytes).write(to: file)
  }

  private func demand(_ place: Place, of collection: String, _ program: borrowing Program) throws {
    guard place != .store else { return try write(requiring(try read(.store, program), .store), .store, program) }
    let name = try #require(CollectionName(collection))
    let revisions = try FileManager.default.contentsOfDirectory(
      atPath: program.folder.appendingPathComponent("store/heads/\(collection)").path)
    let revision = UInt64(revisions.count)
    let key = ObjectKey.head(name, revision: revision)
    let bytes = try read(key, program)
    guard place == .root else { return try write(requiring(bytes, key), key, program) }
    let row = try #require(try Head(decoding: bytes.rawSpan, collection: name, revision: revision).newestRow)
    let root = ObjectKey.manifest(row.root.name)
    let old = try read(root, program)
    let new = requiring(old, root)
    try write(new, root, program)
    // The head tells the root's digest: the 32 bytes before the last two.
    var body = Array(bytes.dropLast(34))
    let digest = Array(old[(old.count - 34)..<(old.count - 2)])
    let at = try #require((0...body.count - 32).first { Array(body[$0..<$0 + 32]) == digest })
    body.replaceSubrange(at..<at + 32, with: new[(new.count - 34)..<(new.count - 2)])
    try write(sealed(body, key), key, program)
  }

  private func files(_ program: borrowing Program) throws -> [String] {
    let path = program.folder.appendingPathComponent("store").path
    let all = try #require(FileManager.default.enumerator(atPath: path)).compactMap { $0 as? String }
    return all.filter { !$0.hasPrefix("catalog") }.sorted()
  }

  private func expectRefused(_ program: borrowing Program, _ arguments: String..., input: String = "") throws {
    let before = try files(program)
    let run = try program.run(arguments, input: input)
    #expect(run.status != 0 && run.errors.contains("writers must know feature bit 3"), "\(arguments): \(run.errors)")
    #expect(try files(program) == before, "\(arguments)")
  }

  @Test(arguments: Place.allCases)
  func `nothing is written for records where writers must know more, and all of it is read`(_ place: Place) throws {
    let program = try Self.program()
    try demand(place, of: "words", program)
    try expectRefused(program, "append", "words", "--input", "-", input: #"{"id":"d","vector":[5,5]}"# + "\n")
    try expectRefused(program, "compact", "words")
    if place != .root {
      try expectRefused(program, "tag", "words@1", "first")
      try expectRefused(program, "hold", "words@1")
    }
    #expect(try program("get", "words", "a/1", "--json").objects().first?["id"] as? String == "a/1")
    #expect(try program("verify").status == 0)
    #expect(try program("reconcile", "words").status == 0)
  }

  @Test(arguments: Place.allCases)
  func `nothing is written for files where writers must know more, and all of it is read`(_ place: Place) throws {
    let program = try Self.program()
    try demand(place, of: "files", program)
    try expectRefused(program, "create", "files", "tree")
    #expect(try program("sync", "files", "copy").status == 0)
    #expect(try program("list", "files").status == 0)
  }

  @Test(arguments: [Place.store, .head])
  func `no versions are copied to where writers must know more`(_ place: Place) throws {
    let program = try Self.program()
    try program.shell("cp -r store mirror")
    #expect(try program("compact", "words", "--store", "mirror").status == 0)
    try demand(place, of: "words", program)
    try expectRefused(program, "copy", "mirror", "store", "words")
  }
}
