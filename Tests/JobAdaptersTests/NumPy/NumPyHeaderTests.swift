import JobAdapters
import Primitives
import Testing

struct NumPyHeaderTests {
  private func npy(
    version: UInt8 = 1, _ dictionary: String, claimed: Int? = nil
  ) -> [UInt8] {
    let count = claimed ?? dictionary.utf8.count
    let width = version == 1 ? 2 : 4
    let size = (0..<width).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    return NumPyHeader.magic + [version, 0] + size + Array(dictionary.utf8)
  }

  private func dictionary(_ type: String = "'<f4'", order: String = "False", shape: String = "(3, 4)") -> String {
    "{'descr': \(type), 'fortran_order': \(order), 'shape': \(shape), }\n"
  }

  @Test func `what is not little-endian f32 by rows is refused by its name`() {
    let bad: [(String, [UInt8])] = [
      ("'<f8'", npy(dictionary("'<f8'"))), ("'>f4'", npy(dictionary("'>f4'"))), ("'<f2'", npy(dictionary("'<f2'"))),
      ("[('a'", npy(dictionary("[('a', '<f4')]"))), ("column by column", npy(dictionary(order: "True"))),
      ("1 or 2 axes", npy(dictionary(shape: "()"))), ("1 or 2 axes", npy(dictionary(shape: "(1, 2, 3)"))),
      ("1 or 2 axes", npy(dictionary(shape: "(-1, 2)"))),
      ("1 or 2 axes", npy(dictionary(shape: "(9999999999999999999,)"))),
      ("does not tell", npy("{}      ")), ("version 4", npy(version: 4, dictionary())), ("no .npy", Array("PK".utf8)),
      ("ends in its header", npy(dictionary(), claimed: 500)),
      ("ends in its header", Array(npy(dictionary()).prefix(11))),
      ("header of 1000000 bytes", npy(version: 2, dictionary(), claimed: 1_000_000)),
    ]
    for (words, bytes) in bad {
      let defect = #expect(throws: RecordDefect.self) { try NumPyHeader(bytes) }
      #expect(defect?.reason.contains(words) == true, "\(defect?.reason ?? "") without \(words)")
    }
  }

  @Test(arguments: 1...64 as ClosedRange<UInt64>)
  func `any bytes behind the magic are read or refused, and never trap`(seed: UInt64) {
    let random = SeededRandomSource(seed: seed)
    var bytes = npy(version: UInt8(random.next() % 5), dictionary())
    for _ in 0..<4 {
      bytes[6 + Int(random.next() % UInt64(bytes.count - 6))] = UInt8(truncatingIfNeeded: random.next())
    }
    _ = try? NumPyHeader(Array(bytes.prefix(Int(random.next() % UInt64(bytes.count + 1)))))
  }

  @Test(arguments: [UInt8(1), 2, 3])
  func `all versions tell their shape and where elements begin`(version: UInt8) throws {
    let header = try NumPyHeader(npy(version: version, dictionary()) + [1, 2, 3])
    #expect(header.shape == [3, 4] && header.elementsByteCount == 48)
    #expect(header.byteCount == npy(version: version, dictionary()).count)
    #expect(try NumPyHeader(npy(dictionary(shape: "(5,)"))).shape == [5])
    let huge = try NumPyHeader(npy(dictionary(shape: "(9223372036854775807, 9)")))
    #expect(huge.elementsByteCount == nil)
  }
}
