import Catalog
import Testing

@Suite struct RevisionSearchTests {
  /// Searches a line whose newest revision is known.
  private func search(newest: UInt64, hint: UInt64) -> (found: UInt64, probes: Int) {
    var search = RevisionSearch(hint: hint)
    var probes = 0
    while let probe = search.probe, probes < 1_000 {
      #expect(probe > 0)
      search.answer(exists: probe <= newest)
      probes += 1
    }
    return (search.newest, probes)
  }

  @Test func `a hint that is wrong, far too high or absurd changes nothing but the number of probes`() {
    for hint in [0, 1, 999, 1_000, 1_001, 5_000, 1 << 40, UInt64.max - 1, .max] {
      for newest in [0, 1, 2, 999, 1_000, 1 << 33] as [UInt64] {
        let (found, probes) = search(newest: newest, hint: hint)
        #expect(found == newest, "hint \(hint)")
        #expect(probes <= 130, "hint \(hint), newest \(newest)")
      }
    }
  }

  @Test func `a tier that says yes to everything ends the search`() {
    #expect(search(newest: .max, hint: 0).found == .max)
    #expect(search(newest: .max, hint: .max).found == .max)
  }

  @Test func `every newest revision is found from every hint near it`() {
    for newest in 0...70 as ClosedRange<UInt64> {
      for hint in 0...80 as ClosedRange<UInt64> { #expect(search(newest: newest, hint: hint).found == newest) }
    }
  }

  @Test func `a right hint costs two probes, none costs twice the logarithm`() {
    #expect(search(newest: 100_000, hint: 100_000).probes == 2)
    #expect(search(newest: 100_000, hint: 0).probes <= 34)
  }
}
