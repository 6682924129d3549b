import Foundation
import JobAdapters
import Primitives
import SnapshotFormat
import Testing

struct LineReaderTests {
  private func read(_ adapter: some LineAdapter, _ text: String) -> ([RecordOperation], [LineRejection]) {
    let reader = LineReader(adapter)
    var cutter = reader.lines
    let lines = cutter.lines(in: Array(text.utf8)) + [cutter.finish()].compactMap { $0 }
    var (operations, rejections) = ([RecordOperation](), [LineRejection]())
    for line in lines {
      do throws(LineRejection) { operations.append(try reader.operation(of: line)) } catch { rejections.append(error) }
    }
    return (operations, rejections)
  }

  @Test func `a line that cannot be used is named with its number, its id and the reason`() {
    let lines = [
      #"{"id":"a","vector":[1,2]}"#, "not json", #"{"id":"","vector":[1,2]}"#, #"{"id":"b","vector":[1]}"#,
      #"{"id":"c","vector":[1,"x"]}"#, #"{"id":"d","vector":[1,1e300]}"#, #"{"vector":[1,2]}"#,
      #"{"id":"e","vector":[1,2],"metadata":{"k":{}}}"#, #"{"id":"e","vector":[1,2],"metadata":{"k":[1,"a"]}}"#,
      #"{"id":"e","vector":[1,2],"more":1}"#, #"{"id":"e","delete":false}"#, #"{"prefix":"p","vector":[1,2]}"#,
      #"{"id":"e","update":{}}"#, #"{"id":"z","vector":[3,4]}"#,
    ]
    let (operations, rejections) = read(RecordLine(schema: VectorSchema(dimension: 2)), lines.joined(separator: "\n"))
    #expect(operations.map(\.name.string) == ["a", "z"])
    #expect(rejections.map(\.line) == Array(2...13))
    #expect(rejections.map(\.identifier) == [nil, "", "b", "c", "d", nil, "e", "e", "e", "e", "p", "e"])
    #expect(rejections.allSatisfy { !$0.reason.isEmpty })
  }

  @Test func `records, updates and deletes are read as what they are`() throws {
    let text = """
      {"id":"a","vector":[0.1,-0.0],"document":"TOTAL","metadata":\
      {"n":1,"f":1.5,"b":true,"s":["x"],"m":[1,2.5],"e":[],"z":null}}
      {"id":"a","update":{"n":null,"f":2}}
      {"prefix":"a#","update":{"shop":"X"}}
      {"id":"a","delete":true}
      {"prefix":"a#","delete":true}
      """
    let (operations, rejections) = read(RecordLine(schema: VectorSchema(dimension: 2)), text)
    #expect(operations.map(\.kind) == [.upsert, .patch, .patchPrefix, .delete, .deletePrefix], "\(rejections)")
    let body = try #require(operations.first.flatMap { if case .upsert(_, let body) = $0 { body } else { nil } })
    #expect(body.floats[0] == 0.1 && body.floats[1].sign == .minus && body.document?.string == "TOTAL")
    #expect(
      body.metadata["m"] == .numbers([1, 2.5]) && body.metadata["e"] == .strings([]) && body.metadata["z"] == nil)
    #expect(operations[1].fields?.fields.map(\.key.string) == ["f", "n"])
  }

  @Test func `a record printed as JSON reads back bit for bit`() throws {
    let random = SeededRandomSource(seed: 5)
    let floats = (0..<300).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }.filter(\.isFinite)
    let body = RecordBody(
      floats: floats, document: "x", metadata: MetadataFields([MetadataField(key: "k", value: .number(0.1))])!)
    let line = JSONWriter.string(JSONValue(id: RecordName("a")!, body: body))
    let (operations, _) = read(RecordLine(schema: VectorSchema(dimension: floats.count)), line)
    #expect(operations == [.upsert(RecordName("a")!, body)])
  }

  @Test func `words of receipts get the ids, documents and metadata of the pipeline`() throws {
    let path = #filePath.replacing(
      "JobAdaptersTests/Lines/LineReaderTests.swift", with: "Fixtures/chroma-receipts/words.jsonl")
    let (operations, rejections) = read(
      OCRWordLine(schema: VectorSchema(dimension: 64)), try String(contentsOfFile: path, encoding: .utf8))
    #expect(rejections.isEmpty && operations.count == 300, "\(rejections.first?.reason ?? "")")
    guard case .upsert(let name, let body)? = operations.first else { throw RecordDefect("no upsert") }
    #expect(name.string == "IMAGE#f5057fee-4c3e-4459-82dd-21250b729601#RECEIPT#00001#LINE#00001#WORD#00001")
    #expect(body.document?.string == "ALDER" && body.floats[0] == -0.13252707)
    #expect(
      body.metadata["valid_labels_array"] == .strings(["MERCHANT_NAME"]) && body.metadata["word_id"] == .integer(1))
    #expect(body.metadata["vector"] == nil && body.metadata["text"] == nil)
  }

  @Test func `a word without its place is refused`() {
    let good =
      #"{"image_id":"f5057fee-4c3e-4459-82dd-21250b729601","receipt_id":1,"line_id":2,"text":"a","vector":[1]}"#
    let lines = [
      good, good.replacing("f5057fee", with: "F5057FEE"), good.replacing(#""line_id":2"#, with: #""line_id":-2"#),
      good.replacing(#""line_id":2,"#, with: ""), good.replacing(#""text":"a","#, with: ""),
      good.replacing("f5057fee-", with: "../"),
    ]
    let (operations, rejections) = read(OCRWordLine(schema: VectorSchema(dimension: 1)), lines.joined(separator: "\n"))
    #expect(operations.map(\.name.string) == ["IMAGE#f5057fee-4c3e-4459-82dd-21250b729601#RECEIPT#00001#LINE#00002"])
    #expect(rejections.map(\.line) == [2, 3, 4, 5, 6])
  }

  @Test func `a row of vectors goes with a record that has none, and with nothing else`() throws {
    let reader = LineReader(RecordLine(schema: VectorSchema(dimension: 2)))
    func operation(_ text: String, _ floats: [Float]) throws(LineRejection) -> RecordOperation {
      try reader.operation(
        of: JSONLines.Line(number: 7, bytes: Array(text.utf8)), vector: RecordBody(floats: floats).vector)
    }
    let body = RecordBody(floats: [1, -0.0], document: "x")
    #expect(try operation(#"{"id":"a","document":"x"}"#, [1, -0.0]) == .upsert(RecordName("a")!, body))
    let bad: [(String, [Float])] = [
      (#"{"id":"a","vector":[1,2]}"#, [1, 2]), (#"{"id":"a","delete":true}"#, [1, 2]),
      (#"{"id":"a","update":{"k":1}}"#, [1, 2]), (#"{"id":"a"}"#, [1]), (#"{"id":"a"}"#, [1, .nan]),
      (#"{"id":"a"}"#, [-.infinity, 1]),
    ]
    for (text, floats) in bad {
      let rejection = #expect(throws: LineRejection.self) { try operation(text, floats) }
      #expect(rejection?.line == 7 && rejection?.identifier == "a", "\(text)")
    }
  }
}
