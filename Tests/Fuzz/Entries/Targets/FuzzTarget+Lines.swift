import JobAdapters
import Primitives
import SnapshotFormat

/// Lines of JSON that become operations.
extension FuzzTarget {
  private static let schema = VectorSchema(dimension: 2)

  static var recordLines: FuzzTarget {
    FuzzTarget {
      [
        #"{"id":"a#1","vector":[0.1,-2],"document":"zwölf","metadata":{"k":[1,2.5],"s":["x",""],"b":[true],"n":null}}"#,
        "{\"id\":\"a\",\"update\":{\"k\":null,\"j\":1}}\n{\"prefix\":\"a\",\"delete\":true}",
        #"{"prefix":"a","update":{"k":"v"}}"#, #"{"id":"a","delete":true}"#,
      ].map { Array($0.utf8) }
    } check: { bytes in
      let operations = try ingest(bytes, RecordLine(schema: schema))
      for case .upsert(let name, let body) in operations {
        let line = JSONWriter.bytes(JSONValue(id: name, body: body))
        let again = try ingest(line, RecordLine(schema: schema))
        try FuzzFinding.unless(again == [.upsert(name, body)], "a record printed and read again differs")
      }
    }
  }

  static var wordLines: FuzzTarget {
    FuzzTarget {
      let image = #""image_id":"3f52804b-2fad-4e00-92c8-b593da3a8ed3","receipt_id":1,"line_id":12"#
      return [
        #"{\#(image),"word_id":3,"text":"TOTAL","vector":[0.5,1],"x":0.25,"label":null,"box":[1,2]}"#,
        #"{\#(image),"text":"TOTAL 9.99","vector":[1e-3,0]}"#,
      ].map { Array($0.utf8) }
    } check: { bytes in
      _ = try ingest(bytes, OCRWordLine(schema: schema))
    }
  }

  /// The operations of all lines; each can stand in a delta.
  private static func ingest(_ bytes: [UInt8], _ adapter: some LineAdapter) throws -> [RecordOperation] {
    let reader = LineReader(adapter)
    var cutter = reader.lines
    let lines = cutter.lines(in: bytes) + [cutter.finish()].compactMap { $0 }
    var (operations, rejection) = ([RecordOperation](), nil as LineRejection?)
    for line in lines {
      do throws(LineRejection) { operations.append(try reader.operation(of: line)) } catch { rejection = error }
    }
    guard !operations.isEmpty else { throw RecordDefect(rejection?.reason ?? "no line") }
    let log = operations.enumerated().map {
      StampedOperation(clock: HybridClock(UInt64($0.offset + 1)), operation: $0.element)
    }
    try writeAgain(log, try header(schema.dimension))
    return operations
  }
}
