import Testing

/// Keeps the house: every rule holds in the whole checkout, and every rule is able to fail.
@Suite struct TidyTests {
  @Test(arguments: Rule.all)
  func `the checkout keeps the rule`(_ rule: Rule) {
    let findings = Checkout.current.files.flatMap { rule.check($0, Checkout.current) }
    guard !findings.isEmpty else { return }
    let list = findings.prefix(50).map(\.description).joined(separator: "\n")
    Issue.record("\(rule.name): \(findings.count) found. \(rule.why)\n\(list)")
  }

  @Test(arguments: Rule.all)
  func `a rule finds each bad example on its lines and passes each good one`(_ rule: Rule) {
    for example in rule.examples {
      #expect(example.foundLines(by: rule) == example.lines, "\(example.path):\n\(example.text)")
    }
  }

  @Test(arguments: Rule.all)
  func `a rule has an example that breaks it and one that keeps it`(_ rule: Rule) {
    #expect(rule.examples.contains { !$0.lines.isEmpty })
    #expect(rule.examples.contains { $0.lines.isEmpty })
  }

  @Test func `rules have different names`() {
    #expect(Set(Rule.all.map(\.name)).count == Rule.all.count)
  }

  @Test func `the whole checkout is read`() {
    for path in ["Package.swift", "Makefile", "LICENSE", ".ci/run", "Tests/TidyTests/TidyTests.swift"] {
      let isRead = Checkout.current.holds(path)
      #expect(isRead, "\(path)")
    }
  }

  @Test func `functions over 40 lines are counted`() {
    let long = Checkout.current.files.filter(\.isSwift)
      .flatMap { file in FunctionScanner.functions(in: file).map { (path: file.path, function: $0) } }
      .filter { $0.function.lineCount > 40 }
      .sorted { $0.function.lineCount > $1.function.lineCount }
    let places = long.prefix(5).map { "\($0.path):\($0.function.line) (\($0.function.lineCount))" }
    print("tidy: \(long.count) functions over 40 lines", places.joined(separator: ", "))
  }
}
