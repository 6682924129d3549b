import Primitives
import Testing

@Suite struct RecencyCacheTests {
  @Test func `what was not used the longest goes first, and costs are bounded`() {
    var cache = RecencyCache<Int, String>(costMax: 10)
    for key in 1...3 { cache.insert("\(key)", for: key, cost: 3) }
    #expect(cache.value(1) == "1")
    cache.insert("4", for: 4, cost: 4)
    #expect([1, 2, 3, 4].map { cache.contains($0) } == [true, false, true, true])
    cache.insert("1 again", for: 1, cost: 3)
    #expect(cache.value(1) == "1 again" && cache.contains(3) && cache.contains(4))
    cache.remove(4)
    cache.insert("5", for: 5, cost: 4)
    #expect([1, 3, 5].allSatisfy { cache.contains($0) })
  }

  @Test func `what costs more than all there is room for is kept alone`() {
    var cache = RecencyCache<Int, String>(costMax: 10)
    cache.insert("small", for: 1, cost: 1)
    cache.insert("large", for: 2, cost: 100)
    #expect(cache.value(2) == "large" && !cache.contains(1))
    cache.insert("next", for: 3, cost: 1)
    #expect(cache.value(3) == "next" && !cache.contains(2))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `what is kept is what a list in order of use would keep`(seed: UInt64) {
    let random = SeededRandomSource(seed: seed)
    var cache = RecencyCache<Int, Int>(costMax: 50)
    var list: [(key: Int, cost: Int)] = []
    for step in 0..<2_000 {
      let (key, cost) = (Int(random.next() % 40), Int(1 + random.next() % 9))
      switch random.next() % 8 {
      case 0...2:
        cache.insert(step, for: key, cost: cost)
        list.removeAll { $0.key == key }
        list.append((key, cost))
        while list.count > 1, list.reduce(0, { $0 + $1.cost }) > 50 { list.removeFirst() }
      case 3:
        cache.remove(key)
        list.removeAll { $0.key == key }
      default:
        let isThere = cache.value(key) != nil
        #expect(isThere == list.contains { $0.key == key }, "step \(step), seed \(seed)")
        if let index = list.firstIndex(where: { $0.key == key }) { list.append(list.remove(at: index)) }
      }
    }
    #expect((0..<40).filter { cache.contains($0) } == list.map(\.key).sorted(), "seed \(seed)")
  }
}
