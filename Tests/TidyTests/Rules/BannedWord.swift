/// A piece of Swift that has a better way here.
struct BannedWord: Sendable {
  let word: String
  let instead: String
  /// Folders in which it is the right thing.
  var allowedIn: [String] = []
  /// What within the parentheses it opens makes it right.
  var unless: String?
  /// Whether a `// Safe:` with the reason, on its line or right above it, makes it right.
  var excusedByReason = false
  let bad: String
  let good: String

  static let all = [
    BannedWord(
      word: "try!", instead: "throw, or `try #require` in a test",
      bad: "let a = try! b()", good: "let a = try b() // not try!"),
    BannedWord(
      word: "as!", instead: "`as?` with an error, or a type that needs no cast",
      bad: "let a = b as! C", good: "let a = canvas!"),
    BannedWord(
      word: "fatalError(", instead: "a typed error; `precondition` with a reason for a caller's mistake",
      bad: "fatalError(\"no\")", good: "throw StoreError.closed // fatalError("),
    BannedWord(
      word: "print(", instead: "a Logger in libraries, the Console in snapctl",
      allowedIn: ["Sources/snapctl/", "Tests/", "Benchmarks/", "Snippets/"],
      bad: "print(a)", good: "debugPrint(a)"),
    BannedWord(
      word: "Date()", instead: "the clock passed in",
      bad: "let now = Date()", good: "let now = clock.now"),
    BannedWord(
      word: "Date.now", instead: "the clock passed in",
      bad: "let now = Date.now", good: "let now = clock.now"),
    BannedWord(
      word: "SystemRandomNumberGenerator", instead: "the seeded generator passed in",
      allowedIn: ["Sources/Primitives/"],
      bad: "var random = SystemRandomNumberGenerator()", good: "var random = generator"),
    BannedWord(
      word: ".random(in:", instead: "`.random(in:using:)` with the generator passed in",
      allowedIn: ["Sources/Primitives/"], unless: "using:",
      bad: "let a = Int.random(in: 0..<3)", good: "let a = Int.random(in: (0..<3), using: &generator)"),
    BannedWord(
      word: ".randomElement()", instead: "`.randomElement(using:)` with the generator passed in",
      bad: "let a = b.randomElement()", good: "let a = b.randomElement(using: &generator)"),
    BannedWord(
      word: ".shuffled()", instead: "`.shuffled(using:)` with the generator passed in",
      bad: "let a = b.shuffled()", good: "let a = b.shuffled(using: &generator)"),
    BannedWord(
      word: "UUID()", instead: "an identifier made from the generator passed in",
      bad: "let a = UUID()", good: "let a = generator.next()"),
    BannedWord(
      word: "@unchecked Sendable", instead: "a Mutex or a value, or `// Safe:` and the reason", excusedByReason: true,
      bad: "final class A: @unchecked Sendable {}",
      good: "// Safe: immutable.\nfinal class A: @unchecked Sendable {}"),
    BannedWord(
      word: "nonisolated(unsafe)", instead: "a Mutex, or `// Safe:` and the reason", excusedByReason: true,
      bad: "nonisolated(unsafe) var a = 1", good: "nonisolated(unsafe) var a = 1  // Safe: set before main."),
  ]
}
