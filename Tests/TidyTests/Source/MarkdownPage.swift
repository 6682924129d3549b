/// The prose of a Markdown file: its lines without fenced blocks, and where its relative links lead.
struct MarkdownPage {
  struct Line {
    let number: Int
    let text: String
  }

  let lines: [Line]

  init(_ file: TextFile) {
    var fence: Substring?
    lines = (1...max(1, file.lineCount)).compactMap { number in
      let text = file.text(ofLine: number)
      let mark = text.drop { $0 == " " }.prefix { $0 == "`" || $0 == "~" }
      if let open = fence {
        if mark.count >= open.count, mark.first == open.first { fence = nil }
        return nil
      }
      guard mark.count < 3 else {
        fence = mark
        return nil
      }
      return Line(number: number, text: text)
    }
  }

  /// Targets of inline links, images and reference definitions, without anchors; other sites left out.
  var links: [(line: Int, target: String)] {
    lines.flatMap { line in
      let text = Self.withoutInlineCode(line.text)
      return (Self.inlineTargets(text) + Self.definitionTargets(text))
        .map { target in String(target.prefix { $0 != "#" && $0 != " " }) }
        .filter { path in !path.isEmpty && !path.contains(":") }
        .map { path in (line.number, path) }
    }
  }

  private static func inlineTargets(_ text: String) -> [Substring] {
    var rest = text[...]
    var targets: [Substring] = []
    while let bracket = rest.firstIndex(of: "]") {
      rest = rest[rest.index(after: bracket)...]
      guard rest.first == "(", let end = rest.firstIndex(of: ")") else { continue }
      targets.append(rest[rest.index(after: rest.startIndex)..<end])
    }
    return targets
  }

  /// `[name]: target`
  private static func definitionTargets(_ text: String) -> [Substring] {
    guard text.hasPrefix("["), !text.hasPrefix("[^"), let bracket = text.firstIndex(of: "]") else { return [] }
    let rest = text[text.index(after: bracket)...]
    return rest.hasPrefix(": ") ? [rest.dropFirst(2)] : []
  }

  private static func withoutInlineCode(_ text: String) -> String {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "code" }
      .joined()
  }
}
