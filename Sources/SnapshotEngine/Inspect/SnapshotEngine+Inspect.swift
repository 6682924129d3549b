internal import Primitives
internal import SnapshotFormat

/// What one object says of itself: a list of fields in the order of its format page.
public struct InspectedObject: Sendable, Equatable {
  /// One field.
  public enum Value: Sendable, Equatable {
    /// A text; not safe to print.
    case text(String)
    /// A number.
    case number(UInt64)
    /// Yes or no.
    case flag(Bool)
    /// A list of fields.
    case fields([Field])
    /// A list of values.
    case list([Value])
  }

  /// A named value.
  public struct Field: Sendable, Equatable {
    /// Its name, in lowerCamelCase.
    public let name: String
    /// What it holds.
    public let value: Value

    init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// What it is: `pack`, `manifest`, `head` …
  public let type: String
  /// Its bytes.
  public let byteCount: UInt64
  /// What it holds.
  public let fields: [Field]
}

extension SnapshotEngine {
  /// Decodes one object of a store, or a file of a local copy, from a file of this machine. Needs no open store.
  ///
  /// A sealed object is bound to its name; it is taken from the path: `heads/words/00000000000000000012`.
  /// - Throws: `.damaged` when it does not verify, `.usage` for a path that names no object.
  public static func inspect(_ path: String) async throws(EngineError) -> InspectedObject {
    try await BlockingCalls(countMax: 1).run(stop: StopSignal()) { () throws(EngineError) in
      let bytes = try LocalFile.bytes(at: path, limit: 64 << 20)
      do throws(FormatError) {
        return try ObjectInspector(bytes, path: path).inspect()
      } catch {
        throw EngineError(error, subject: Printable.string(path))
      }
    }
  }
}
