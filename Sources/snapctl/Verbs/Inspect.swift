import ArgumentParser
import Primitives
import SnapshotEngine

struct Inspect: Verb {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Decodes one object of a store.",
    discussion: """
      Any object: store, head, versions, intent, manifest, pack, delta, segment, the state of a copy. Needs no \
      open store.

      Example:
        snapctl inspect /data/store/heads/words/00000000000000000012
      """)

  @Argument(help: "The object's file, at its place in the store.") var file: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { [file] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let object = try await SnapshotEngine.inspect(file)
    session.console.result(object.json, object.page)
    return 0
  }
}

extension InspectedObject {
  fileprivate var json: JSONValue {
    .object(
      [
        JSONMember("type", .string("object")), JSONMember("objectType", .string(type)),
        JSONMember("objectBytes", .count(byteCount)),
      ] + fields.map { JSONMember($0.name, $0.value.json) })
  }

  fileprivate var page: String {
    (["\(type), \(byteCount) bytes"] + fields.flatMap { $0.lines(depth: 1) }).joined(separator: "\n")
  }
}

extension InspectedObject.Value {
  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .count(number)
    case .flag(let flag): .boolean(flag)
    case .fields(let fields): .object(fields.map { JSONMember($0.name, $0.value.json) })
    case .list(let values): .array(values.map(\.json))
    }
  }

  fileprivate var word: String? {
    switch self {
    case .text(let text): Printable.string(text)
    case .number(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .fields, .list: nil
    }
  }
}

extension InspectedObject.Field {
  fileprivate func lines(depth: Int) -> [String] {
    let indent = String(repeating: "  ", count: depth)
    if let word = value.word { return ["\(indent)\(name)  \(word)"] }
    switch value {
    case .fields(let fields): return ["\(indent)\(name)"] + fields.flatMap { $0.lines(depth: depth + 1) }
    case .list(let values):
      return ["\(indent)\(name)  \(values.count)"]
        + values.map { "\(indent)  " + ($0.word ?? $0.fieldsOnOneLine) }
    default: return []
    }
  }
}

extension InspectedObject.Value {
  fileprivate var fieldsOnOneLine: String {
    guard case .fields(let fields) = self else { return "" }
    return fields.map { field in
      guard case .list(let values) = field.value else { return "\(field.name) \(field.value.word ?? "")" }
      return "\(field.name) \(values.count)"
    }.joined(separator: ", ")
  }
}
