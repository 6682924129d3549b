import FileIO
import Foundation
import Primitives

/// Names that no program likes: bytes as a Linux file system takes them, a few hundred.
enum HostileNames {
  /// All of them, none twice, in order.
  static let all: [[UInt8]] = {
    let texts = controls + directions + looksLikeAnother + reserved + shell + archives
    let names = texts.map { Array($0.utf8) } + brokenText + long
    return Set(names).sorted { $0.lexicographicallyPrecedes($1) }
  }()

  /// Each control character but NUL, at an end or inside; line breaks of all kinds; escapes that a terminal obeys.
  private static let controls =
    (UInt8(1)...31).map { "c\(Character(Unicode.Scalar($0)))" } + [
      "\n", "a\nb", "a\r\nb", "\u{7F}", "\u{85}", "\u{1B}[2J", "\u{1B}[31mred", "\u{1B}]0;title\u{7}",
      "\u{1B}P1$r\u{1B}\\",
      "\u{9B}31m", "\u{9D}0;t\u{9C}", "\u{1B}[6n", "a\u{8}\u{8}b", "snapctl: done\n", "{\"type\":\"error\"}",
    ]

  /// What is written from right to left, joins, or is not seen at all.
  private static let directions = [
    "\u{202E}gpj.exe", "a\u{202A}b", "\u{2066}x\u{2069}", "\u{200B}", "a\u{200D}b", "\u{FEFF}bom", "\u{2028}",
    "\u{2029}",
    "\u{AD}", "\u{E0001}\u{E0041}", "\u{115F}", "\u{3164}", "\u{FFFE}", "\u{10FFFF}", "\u{E000}",
  ]

  /// The same to an eye, or to another file system.
  private static let looksLikeAnother = [
    "caf\u{E9}", "cafe\u{301}", "CAFE", "cafe", "cafe ", "cafe.", " cafe", "\u{455}ame", "same", "\u{DF}", "ss",
    "\u{130}",
    "i\u{307}", " ", "  ", "\t", "...", "....", ". ", ".. ", " .", " ..", "..a", "a..", ".\u{200B}.",
    "\u{2024}\u{2024}",
  ]

  /// What the engine, git, Windows or an archive call something of their own.
  private static let reserved = [
    ".snapctl ", ".snapctl.", ".Snapctl", ".snapctl-next", ".copy.snapctl-next", "snapctl", "state", "lock", "pin",
    "next",
    "tmp", "PART", "COMPLETE", "current", "gen-1-00000000", "evicted", "store", "heads", "packs", "@store", "@latest",
    "words@1",
    ".git", ".gitignore", ".dockerignore", "CON", "nul", "aux.txt", "COM1", "LPT9.", "a:b", "a:$DATA", "a\\b",
    "\\\\host\\x",
    "desktop.ini", "lost+found", "core", ".DS_Store",
  ]

  /// What a shell or an option parser takes for something else.
  private static let shell = [
    "-", "--", "-rf", "--help", "--include", "-o", "-n", "+x", "@file", "~", "~root", "$HOME", "$(reboot)", "`reboot`",
    "'", "\"",
    "'\"'", ";", "&", "&&", "|", "<", ">", "(", ")", "{a,b}", "*", "**", "?", "[", "]", "[a]", "[!a]", "!", "!x", "#",
    "#x", "\\",
    "\\\\", "\\n", "\\u{1b}", "a\\*", "%", "%s%n", "%00", "%2e%2e", "=", "a=b", "a b", "a  b", "^", "a,b", "http:",
    "file:",
  ]

  /// What a tar reader has to take care of.
  private static let archives = [
    "././@LongLink".replacingOccurrences(of: "/", with: "_"), "@LongLink", "PaxHeaders.0", "12 path=evil",
    "path=evil\n",
    "30 mtime=1\n", "ustar", "ustar  ", "0000644", "pax_global_header",
  ]

  /// Each byte that begins or goes on where UTF-8 does not, alone; and longer forms that are none.
  private static let brokenText =
    (UInt8(0x80)...0xFF).map { [$0] } + [
      [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xC0, 0xAE, 0xC0, 0xAE], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80],
      [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80],
      [0xFC, 0x80, 0x80, 0x80, 0x80, 0x80], [0x61, 0xFF, 0x62], [0xFE, 0xFF], [0xEF, 0xBF, 0xBD],
      [0x1B, 0x9B, 0x32, 0x4A],
    ]

  /// The longest that a name can be.
  private static let long: [[UInt8]] = [
    [UInt8](repeating: 0x78, count: 255), [UInt8](repeating: 0xFF, count: 255), [UInt8](repeating: 0x0A, count: 255),
    [UInt8](repeating: 0x20, count: 255), Array(String(repeating: "\u{1F600}", count: 63).utf8) + [0x61, 0x62, 0x63],
    [UInt8](repeating: 0x2E, count: 255), [UInt8](repeating: 0x2D, count: 255),
  ]

  /// Makes files, directories and links of these names in a directory: a file each, of the name's own bytes; of every
  /// fifth a directory with a file of the same name in it; of every seventh a link that leads to the name.
  static func make(in path: String) throws {
    let directory = try Directory(path: path)
    for (index, name) in all.enumerated() {
      if index % 5 == 0 {
        let entry = try entry(name)
        try directory.makeDirectory(entry)
        try write(name, try entry.inside(name), in: directory)
      } else if index % 7 == 0 {
        try directory.makeSymbolicLink(try entry(name), target: name)
      } else {
        try write(name, try entry(name), in: directory)
      }
    }
  }

  /// How many entries it makes.
  static var entryCount: Int { all.count + all.indices.count { $0 % 5 == 0 } }

  private static func write(_ bytes: [UInt8], _ path: RelativePath, in directory: borrowing Directory) throws {
    let file = try directory.open(path, for: .newFile(.file))
    try file.write(bytes, at: 0)
  }

  private static func entry(_ name: [UInt8]) throws -> RelativePath {
    guard let path = RelativePath(name) else { throw NoPath(name: name) }
    return path
  }

  struct NoPath: Error {
    let name: [UInt8]
  }
}

extension RelativePath {
  fileprivate func inside(_ name: [UInt8]) throws -> RelativePath {
    guard let path = appending(name) else { throw HostileNames.NoPath(name: name) }
    return path
  }
}
