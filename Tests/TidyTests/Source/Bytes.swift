import Glibc

extension [UInt8] {
  /// Where `needle` begins, in order, overlaps left out.
  func occurrences(of needle: [UInt8]) -> [Int] {
    guard let first = needle.first else { return [] }
    return unsafe withUnsafeBytes { hay in
      var found: [Int] = []
      var from = 0
      while let base = hay.baseAddress, from + needle.count <= hay.count {
        // Safe: the search ends early enough for a whole needle to follow what it finds.
        let searched = hay.count - from - needle.count + 1
        guard let hit = unsafe memchr(base + from, Int32(first), searched) else { break }
        let start = unsafe UnsafeRawPointer(hit) - base
        let isFound = unsafe memcmp(hit, needle, needle.count) == 0
        if isFound { found.append(start) }
        from = start + (isFound ? needle.count : 1)
      }
      return found
    }
  }

  /// Where `word` stands by itself: where it begins or ends with a letter, no letter, digit or `_` adjoins.
  func words(_ word: String) -> [Int] {
    let needle = Array(word.utf8)
    guard let first = needle.first, let last = needle.last else { return [] }
    return occurrences(of: needle).filter { start in
      let end = start + needle.count
      return !(first.isIdentifier && start > 0 && self[start - 1].isIdentifier)
        && !(last.isIdentifier && end < count && self[end].isIdentifier)
    }
  }
}

extension UInt8 {
  var isIdentifier: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
    default: false
    }
  }
}
