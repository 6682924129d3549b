/// One pattern over paths, of whatever dialect, as a small automaton: the time to match grows with the pattern times
/// the path, whatever they are.
package struct PathPattern: Sendable, Equatable {
  enum Token: Sendable, Equatable {
    case byte(UInt8)
    /// Any byte but `/`.
    case one
    /// Any number of bytes but `/`.
    case name
    /// Any number of bytes.
    case rest
    /// A byte of the set, `/` never.
    case set(ByteSet)
    /// May be left out, together with the next two tokens.
    case optional
    /// Matches nothing: a pattern that is not well-formed.
    case never
  }

  private let tokens: [Token]
  /// The path itself, where the pattern is nothing but bytes.
  private let literal: [UInt8]?

  init(_ tokens: [Token]) {
    self.tokens = tokens
    literal = tokens.allSatisfy(\.isByte) ? tokens.compactMap(\.byte) : nil
  }

  /// The bytes with which every path begins that matches.
  var literalPrefix: [UInt8] { tokens.prefix(while: \.isByte).compactMap(\.byte) }

  package func matches(_ text: ArraySlice<UInt8>) -> Bool {
    if let literal { return text.elementsEqual(literal) }
    if case .byte(let first)? = tokens.first, text.first != first { return false }
    var states = [Bool](repeating: false, count: tokens.count + 1)
    states[0] = true
    follow(&states)
    for byte in text {
      guard step(&states, byte) else { return false }
    }
    return states[tokens.count]
  }

  /// Where the automaton may be behind a byte. False when it can be nowhere.
  private func step(_ states: inout [Bool], _ byte: UInt8) -> Bool {
    var next = [Bool](repeating: false, count: states.count)
    var isAnywhere = false
    for index in tokens.indices where states[index] {
      let target: Int?
      switch tokens[index] {
      case .byte(let wanted): target = byte == wanted ? index + 1 : nil
      case .one: target = byte == slash ? nil : index + 1
      case .set(let set): target = byte != slash && set.contains(byte) ? index + 1 : nil
      case .name: target = byte == slash ? nil : index
      case .rest: target = index
      case .optional, .never: target = nil
      }
      guard let target else { continue }
      next[target] = true
      isAnywhere = true
    }
    states = next
    follow(&states)
    return isAnywhere
  }

  /// Adds what is reached without a byte.
  private func follow(_ states: inout [Bool]) {
    for index in tokens.indices where states[index] {
      switch tokens[index] {
      case .name, .rest: states[index + 1] = true
      case .optional:
        states[index + 1] = true
        states[min(index + 3, tokens.count)] = true
      case .byte, .one, .set, .never: break
      }
    }
  }
}

extension PathPattern.Token {
  fileprivate var isByte: Bool { byte != nil }

  fileprivate var byte: UInt8? {
    if case .byte(let byte) = self { byte } else { nil }
  }
}

/// A set of bytes.
struct ByteSet: Sendable, Equatable {
  private var members = [Bool](repeating: false, count: 256)

  func contains(_ byte: UInt8) -> Bool { members[Int(byte)] }

  mutating func insert(_ byte: UInt8) { members[Int(byte)] = true }

  mutating func insert(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

  mutating func invert() { for index in members.indices { members[index].toggle() } }
}

private let slash = UInt8(ascii: "/")
