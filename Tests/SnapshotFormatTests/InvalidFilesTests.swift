import Foundation
import Primitives
import SnapshotFormat
import Testing

@Suite struct `files that a reader must refuse` {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("formats/invalid")

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  private static let rows: [(file: String, object: String, reason: String)] = {
    let table = (try? String(contentsOf: folder.appendingPathComponent("reasons.tsv"), encoding: .utf8)) ?? ""
    return table.split(separator: "\n").dropFirst().map { line in
      let columns = line.split(separator: "\t").map(String.init)
      return (columns[0], columns[1], columns[2])
    }
  }()

  @Test func `are many`() {
    #expect(Self.rows.count >= 20)
  }

  @Test(arguments: rows)
  func `are refused with their reason`(file: String, object: String, reason: String) throws {
    let bytes = try Self.bytes(file)
    let error = #expect(throws: FormatError.self) {
      try Self.decode(bytes, as: object)
    }
    #expect(error?.description.contains(reason) == true, "\(file): \(error?.description ?? "read")")
  }

  private static func decode(_ bytes: [UInt8], as object: String) throws(FormatError) {
    switch object {
    case "page": _ = try Page.owners(bytes.rawSpan)
    case ObjectKey.lease(lines, token: 7).string:
      _ = try Lease(decoding: bytes.rawSpan, collection: lines, token: 7)
    default: _ = try StoreIdentity(decoding: bytes.rawSpan)
    }
  }

  private static let lines = CollectionName("lines")!

  @Test func `do not include one with an unknown section that is not required`() throws {
    let bytes = try Self.bytes("valid-optional-section")
    #expect(throws: Never.self) { _ = try StoreIdentity(decoding: bytes.rawSpan) }
  }
}
