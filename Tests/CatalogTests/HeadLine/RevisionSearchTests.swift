import Catalog
import Testing

@Suite struct RevisionSearchTests {
  /// Searches a line whose newest revision is known.
  private func search(
    newest: UInt64, hint: UInt64, width: Int = 1
  ) -> (found: UInt64, probes: Int, rounds: Int) {
    var search = RevisionSearch(hint: hint, width: width)
    var (probes, rounds) = (0, 0)
    while !search.probes.isEmpty, rounds < 1_000 {
      let asked = search.probes
      #expect(asked[0] > 0 && asked.count <= width && zip(asked, asked.dropFirst()).allSatisfy { $0 < $1 })
      search.answer(existing: asked.filter { $0 <= newest })
      probes += asked.count
      rounds += 1
    }
    return (search.newest, probes, rounds)
  }

  @Test func `a hint that is wrong, far too high or absurd changes nothing but the number of probes`() {
    for hint in [0, 1, 999, 1_000, 1_001, 5_000, 1 << 40, UInt64.max - 1, .max] {
      for newest in [0, 1, 2, 999, 1_000, 1 << 33] as [UInt64] {
        for width in 1...5 {
          let (found, _, rounds) = search(newest: newest, hint: hint, width: width)
          #expect(found == newest, "hint \(hint), \(width) at once")
          #expect(rounds <= 130, "hint \(hint), newest \(newest), \(width) at once")
        }
      }
    }
  }

  @Test func `a tier that says yes to everything ends the search`() {
    for width in 1...5 {
      #expect(search(newest: .max, hint: 0, width: width).found == .max)
      #expect(search(newest: .max, hint: .max, width: width).found == .max)
    }
  }

  @Test func `every newest revision is found from every hint near it`() {
    for newest in 0...70 as ClosedRange<UInt64> {
      for hint in 0...80 as ClosedRange<UInt64> {
        for width in 1...4 { #expect(search(newest: newest, hint: hint, width: width).found == newest) }
      }
    }
  }

  @Test func `a right hint costs two probes, none costs twice the logarithm`() {
    #expect(search(newest: 100_000, hint: 100_000).probes == 2)
    #expect(search(newest: 100_000, hint: 0).probes <= 34)
  }

  @Test func `three at once find in one round what is one behind the hint, and in three what is a dozen`() {
    for distance in 0...1 as ClosedRange<UInt64> {
      let near = search(newest: 40 + distance, hint: 40, width: 3)
      #expect(near.rounds == 1 && near.probes == 3)
    }
    for distance in 0...13 as ClosedRange<UInt64> {
      #expect(search(newest: 40 + distance, hint: 40, width: 3).rounds <= 3, "\(distance)")
    }
  }

  @Test func `a commit that lands between two of the probes is believed`() {
    var search = RevisionSearch(hint: 7, width: 3)
    #expect(search.probes == [7, 8, 9])
    search.answer(existing: [7, 9])
    #expect(search.newest == 9)
    #expect(search.probes == [13, 17, 21])
  }
}
