import Primitives

extension SeededRandomSource {
  /// A number in 0 ..< bound; 0 where there is none.
  func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  func happens(_ count: Int, in total: Int) -> Bool { below(total) < count }

  /// - Precondition: `list` is not empty.
  func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

  /// So many nanoseconds, evenly.
  func nanoseconds(_ range: ClosedRange<UInt64>) -> UInt64 {
    range.lowerBound + next() % (range.upperBound - range.lowerBound + 1)
  }

  /// Another source, which depends on this one's seed and on nothing that is drawn later.
  func branch() -> SeededRandomSource { SeededRandomSource(seed: next()) }
}
