import Foundation
import Testing

/// Vectors from a `.npy`, the rest from lines.
@Suite struct `Vectors of append` {
  private func npy(_ rows: [[Float]], type: String = "<f4", order: String = "False", version: UInt8 = 1) -> Data {
    let shape = "(\(rows.count), \(rows.first?.count ?? 0))"
    var header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
    let width = version == 1 ? 2 : 4
    header += String(repeating: " ", count: 63 - (8 + width + header.utf8.count) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [version, 0])
    data += Data((0..<width).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }) + Data(header.utf8)
    for element in rows.joined() {
      data += Data((0..<4).map { UInt8(truncatingIfNeeded: element.bitPattern >> (8 * UInt32($0))) })
    }
    return data
  }

  private func lines(_ count: Int) -> String {
    (0..<count).map { #"{"id":"n/\#($0)","document":"d\#($0)","metadata":{"n":\#($0)}}"# + "\n" }.joined()
  }

  private let rows: [[Float]] = (0..<5).map { [Float($0) + 0.1, -Float($0)] }

  private func program(_ data: Data, lines: String) throws -> Program {
    let program = try Program.withRecords()
    try data.write(to: program.folder.appendingPathComponent("v.npy"))
    try program.write(lines, to: "l.jsonl")
    return program
  }

  private func append(_ program: borrowing Program, _ more: String...) throws -> Program.Run {
    try program.run(["append", "words", "--input", "l.jsonl", "--vectors", "v.npy", "--producer", "n"] + more)
  }

  @Test func `what does not fit together is refused, with the row or line, and nothing is appended`() throws {
    let whole = npy(rows)
    let wide = npy(rows.map { $0 + [1] })
    var bad: [(Data, String, Int32, String)] = [
      (whole, lines(4), 2, "5 rows, more than there are lines"), (whole, lines(6), 2, "line 6 has none"),
      (whole.dropLast(3), lines(5), 2, "bytes where its shape makes"), (whole + [0], lines(5), 2, "its shape makes"),
      (wide, lines(5), 2, "rows of 3 elements where words has 2"), (npy(rows, type: "<f8"), lines(5), 2, "'<f8'"),
      (npy(rows, order: "True"), lines(5), 2, "column by column"), (Data("[1,2]".utf8), lines(5), 2, "no .npy"),
      (npy(rows.map { [$0[0], $0[0] > 3 ? .nan : 1] }), lines(5), 1, "line 4: element 1 of the row is nan"),
    ]
    let withVector = lines(4) + #"{"id":"y","vector":[1,2]}"#
    let withUpdate = lines(4) + #"{"id":"y","update":{"k":1}}"#
    bad += [(whole, withVector, 1, "line 5: a vector, and a row"), (whole, withUpdate, 1, "line 5: a row of vectors")]
    for (data, lines, status, words) in bad {
      let program = try program(data, lines: lines)
      let run = try append(program)
      #expect(run.status == status && run.errors.contains(words), "\(words): \(run.errors)")
      #expect(try program("deltas", "words", "--json").last("deltas")["pending"] as? Int == 1, "\(words)")
    }
  }

  @Test func `a pipe that ends in a row says in which`() throws {
    let program = try program(npy(rows).dropLast(3), lines: lines(5))
    try program.shell("mkfifo pipe")
    let feeder = Process()
    feeder.executableURL = URL(fileURLWithPath: "/bin/bash")
    feeder.arguments = ["-c", "cat v.npy >pipe"]
    feeder.currentDirectoryURL = program.folder
    try feeder.run()
    let run = try program("append", "words", "--input", "l.jsonl", "--vectors", "pipe")
    feeder.waitUntilExit()
    #expect(run.status == 2 && run.errors.contains("ends in row 5 of 5"), "\(run.errors)")
  }

  @Test(arguments: [UInt8(1), 2, 3]) func `line and row make a record, bit for bit`(version: UInt8) throws {
    let program = try program(npy(rows, version: version), lines: lines(5))
    let run = try append(program, "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.last("appended")["operations"] as? Int == 5)
    let records = try program("scan", "words", "--prefix", "n/", "--json").objects().dropLast()
    #expect(records.map { ($0["vector"] as? [Double])?.map { Float($0) } } == rows)
    #expect(records.map { $0["document"] as? String } == ["d0", "d1", "d2", "d3", "d4"])
  }

  @Test func `the first vectors of a collection may come so, from the standard input too`() throws {
    let program = try program(npy(rows), lines: lines(5))
    try program.shell("cp v.npy stdin.npy")
    #expect(try program("append", "fresh", "--input", "l.jsonl", "--vectors", "v.npy").status == 0)
    #expect(try program("scan", "fresh", "--json").last("records")["count"] as? Int == 5)
    #expect(try program("append", "words", "--input", "-", "--vectors", "-").status == 2)
  }

  @Test func `a row that cannot be stored is skipped with its line when asked`() throws {
    let program = try program(npy(rows.map { [$0[0], $0[0] > 3 ? .infinity : 1] }), lines: lines(5))
    let run = try append(program, "--skip-bad", "--json")
    #expect(run.status == 0)
    #expect(try run.objects().compactMap { $0["line"] as? Int } == [4, 5])
    #expect(try program("scan", "words", "--prefix", "n/", "--json").last("records")["count"] as? Int == 3)
  }
}
