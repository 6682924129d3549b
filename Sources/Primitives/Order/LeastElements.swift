/// The least of all elements that were offered, at most `limit` of them. Of elements that are as great, one is kept.
///
/// Holds up to twice as many, so that most of what is offered costs one comparison.
package struct LeastElements<Element: Comparable> {
  private let limit: Int
  private var elements: [Element] = []
  /// What is not below it is none of the least; nil while all may be. Exact right after `sorted()`.
  package private(set) var bound: Element?

  /// - Precondition: `limit` is at least 1.
  package init(limit: Int) {
    precondition(limit > 0, "at least one element is kept")
    self.limit = limit
  }

  package mutating func offer(_ element: Element) {
    if let bound, element >= bound { return }
    elements.append(element)
    if elements.count >= 2 * limit { cut() }
  }

  /// What is kept, in ascending order.
  package mutating func sorted() -> [Element] {
    cut()
    return elements
  }

  private mutating func cut() {
    elements.sort()
    var kept: [Element] = []
    for element in elements where kept.count < limit && kept.last.map({ $0 < element }) ?? true { kept.append(element) }
    elements = kept
    if elements.count == limit { bound = elements.last }
  }
}
