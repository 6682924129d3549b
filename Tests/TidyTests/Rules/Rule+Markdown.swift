extension Rule {
  static let oneHeading = Rule(
    name: "a Markdown file has one first-level heading",
    why: "A page has one subject, named at its top.",
    examples: [
      .bad("docs/a.md", "# A\n\n# B", lines: [3]),
      .bad("docs/a.md", "text\n## B"),
      .good("docs/a.md", "# A\n```sh\n# a comment\n```\n## B"),
    ]
  ) { file, _ in
    guard file.isMarkdown, !file.isFixture else { return [] }
    let headings = MarkdownPage(file).lines.filter { $0.text.hasPrefix("# ") }
    guard !headings.isEmpty else { return [file.finding(1, "no first-level heading")] }
    return headings.dropFirst().map { file.finding($0.number, "a second first-level heading") }
  }

  static let linksResolve = Rule(
    name: "relative links resolve",
    why: "A link that leads nowhere wastes its reader's time.",
    examples: [
      .bad("docs/a.md", "# A\nsee [b](b.md)", lines: [2]),
      .bad("docs/a.md", "[b](../README.md#top), [c](c.md \"C\")", beside: ["README.md"]),
      .bad("docs/a.md", "[b]: ../../outside.md"),
      .good(
        "docs/a.md", "[b](../README.md#top) [f](../formats/) [w](https://a.org) [t](#t)",
        beside: ["README.md", "formats/b.md"]),
      .good("docs/a.md", "`[b](b.md)`\n```\n[b](b.md)\n```\n`items[0](a)`"),
    ]
  ) { file, checkout in
    guard file.isMarkdown, !file.isFixture else { return [] }
    return MarkdownPage(file).links.compactMap { line, target in
      guard let path = resolve(target, from: file.path), checkout.holds(path) || path.isEmpty else {
        return file.finding(line, "no such file: \(target)")
      }
      return nil
    }
  }

  /// The path from the root; nil when it leaves the checkout.
  private static func resolve(_ target: String, from path: String) -> String? {
    var parts = path.split(separator: "/").dropLast()
    for part in target.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.joined(separator: "/")
  }
}
