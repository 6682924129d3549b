internal import FileIO
package import Primitives

/// The rules of one ignore file, as git reads them; paths are relative to the directory the file is in.
///
/// - The last rule that matches decides. One that begins with `!` takes what a rule before left out.
/// - A rule with `/` at its beginning or in its middle is of the whole path, any other of the last component.
/// - `/` at the end: directories only. What is below a directory that is left out is never looked at.
package struct IgnoreRules: Sendable, Equatable {
  private struct Rule: Sendable, Equatable {
    let pattern: PathPattern
    let takes: Bool
    let isOfDirectories: Bool
    let isOfName: Bool
  }

  /// The ignore file that is read wherever it is.
  package static let fileName = ".snapignore"
  /// Bytes of an ignore file.
  package static let byteCountMax = 1 << 20
  /// Bytes of a rule; a longer one matches nothing.
  static let ruleByteCountMax = 8_192

  private let rules: [Rule]

  package static let none = IgnoreRules(rules: [])

  private init(rules: [Rule]) {
    self.rules = rules
  }

  /// The rules of a file's bytes.
  package init(file bytes: [UInt8]) {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    rules = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      line.first == UInt8(ascii: "#") ? nil : IgnoreRules.rule(IgnoreRules.trimmed(line))
    }
  }

  /// Rules that were given one by one.
  package init(_ lines: [String]) {
    rules = lines.compactMap { IgnoreRules.rule(Array($0.utf8)[...]) }
  }

  /// Whether the rules leave a path out, or take it; nil when they do not speak of it.
  package func verdict(on path: ArraySlice<UInt8>, isDirectory: Bool) -> Bool? {
    guard !rules.isEmpty else { return nil }
    let name = path[(path.lastIndex(of: slash).map { $0 + 1 } ?? path.startIndex)...]
    let rule = rules.last { rule in
      (isDirectory || !rule.isOfDirectories) && rule.pattern.matches(rule.isOfName ? name : path)
    }
    return rule.map { !$0.takes }
  }

  /// Whether the rules, read as those of what is taken, speak for a path or for a directory above it.
  package func includes(_ path: RelativePath, isDirectory: Bool) -> Bool {
    if verdict(on: path.bytes[...], isDirectory: isDirectory) == true { return true }
    return path.bytes.indices.contains { index in
      path.bytes[index] == slash && verdict(on: path.bytes[..<index], isDirectory: true) == true
    }
  }

  /// The rules of the ignore file in a directory, nil being the root; none where there is no such file.
  static func read(in directory: RelativePath?, of root: borrowing Directory) throws(StoreError) -> IgnoreRules {
    let name = Array(fileName.utf8)
    guard let path = directory.map({ $0.appending(name) }) ?? RelativePath(name) else { return .none }
    do throws(FileError) {
      return IgnoreRules(file: try root.open(path, for: .read).readAll(limit: byteCountMax))
    } catch {
      switch error.meaning {
      // Only a regular file has rules.
      case .notFound, .notADirectory, .wrongKind, .leadsOutside: return .none
      case .tooLarge: throw .invalid("\(error.path) has more than \(byteCountMax) bytes, too many for an ignore file")
      default: throw .file(error)
      }
    }
  }

  /// Without the end of a line: `\r`, and spaces that no backslash keeps.
  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    var end = line.startIndex
    var index = line.startIndex
    while index < line.endIndex {
      let isEscape = line[index] == UInt8(ascii: "\\")
      let isSpace = line[index] == UInt8(ascii: " ")
      index += isEscape ? 2 : 1
      if !isSpace { end = min(index, line.endIndex) }
    }
    return line[..<end]
  }

  private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
    var line = line
    let takes = line.first == UInt8(ascii: "!")
    if takes { line = line.dropFirst() }
    let isOfDirectories = line.last == slash
    if isOfDirectories { line = line.dropLast() }
    let isOfName = !line.contains(slash)
    if line.first == slash { line = line.dropFirst() }
    guard !line.isEmpty, line.count <= ruleByteCountMax else { return nil }
    let pattern = GlobParser.parse(Array(line), .git, matchesName: isOfName)
    return Rule(pattern: pattern, takes: takes, isOfDirectories: isOfDirectories, isOfName: isOfName)
  }
}

private let slash = UInt8(ascii: "/")
