import Primitives
import SnapshotFormat

extension FuzzTarget {
  static var preamble: FuzzTarget {
    roundTrip(mends: [
      { $0.mendPreamble() }
    ]) {
      ObjectType.allCases.map { KnownPreamble(type: $0, features: .known(of: $0), writer: Preamble.thisWriter) }
    } encode: {
      var output = ByteWriter()
      Preamble(type: $0.type, features: $0.features, writer: $0.writer).write(to: &output)
      return output.bytes
    } decode: { bytes in
      var input = ByteReader(bytes.rawSpan, of: "preamble")
      let preamble = try Preamble(from: &input)
      return KnownPreamble(type: preamble.type, features: preamble.features, writer: preamble.writer)
    }
  }
}

/// What of a preamble is written by this version: it requires nothing of other writers.
private struct KnownPreamble: Equatable {
  let type: ObjectType
  let features: Preamble.Features
  let writer: String
}
