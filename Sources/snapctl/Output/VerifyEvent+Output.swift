import Primitives
import SnapshotEngine

extension VerifyEvent {
  /// The `damage`, `healed`, `left` or `lost` object.
  var json: JSONValue {
    switch self {
    case .damaged(let object): object.json
    case .healed(let object):
      .object(
        "healed",
        [
          "tier": .string(object.tier), "object": .string(object.object), "source": .string(object.source),
          "aside": .text(object.aside),
        ])
    case .left(let object):
      .object(
        "left",
        ["tier": .string(object.tier), "object": .string(object.object), "reason": .string(object.reason)])
    case .lost(let file):
      .object(
        "lost",
        ["collection": .string(file.collection), "version": .count(file.version), "path": .text(file.path)])
    }
  }

  var line: String {
    switch self {
    case .damaged(let object): object.line
    case .healed(let object):
      "healed  \(Printable.string(object.object)) from \(Printable.string(object.source))"
        + (object.aside.map { "; the damaged bytes are at \(Printable.string($0))" } ?? "")
    case .left(let object): "left  \(Printable.string(object.object)): \(object.reason)"
    case .lost(let file):
      "lost  \(file.collection)@\(file.version) " + (file.path ?? "as a whole: its own pages are gone")
    }
  }
}
