import Primitives
import SnapshotFormat

/// A property that does not hold for some input.
package struct FuzzFinding: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What is done with the bytes of one entry.
struct FuzzTarget: Sendable {
  /// Each puts checksums, seals and byte counts right, so that what lies behind them is reached: no mutation guesses a
  /// digest.
  var mends: [@Sendable (inout [UInt8]) -> Void] = []
  let seeds: @Sendable () throws -> [[UInt8]]
  /// Decodes and examines. Throws the decoder's error for what it refuses, and a `FuzzFinding` for what must not be.
  let check: @Sendable ([UInt8]) throws -> Void

  /// Whether the bytes were taken for sound.
  func accepts(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    do {
      try check(bytes)
      return true
    } catch let finding as FuzzFinding {
      throw finding
    } catch {
      try FuzzFinding.unless(!"\(error)".isEmpty, "an error without a description")
      return false
    }
  }
}

extension FuzzTarget {
  /// Decodes; what was decoded is encoded again, and must come back equal.
  static func roundTrip<Value: Equatable & SendableMetatype>(
    mends: [@Sendable (inout [UInt8]) -> Void],
    _ samples: @escaping @Sendable () throws -> [Value],
    encode: @escaping @Sendable (Value) throws -> [UInt8],
    decode: @escaping @Sendable ([UInt8]) throws -> Value
  ) -> FuzzTarget {
    FuzzTarget(mends: mends) {
      try samples().map { try encode($0) }
    } check: { bytes in
      let value = try decode(bytes)
      let again = try FuzzFinding.unlessDone("what was decoded is encoded and decoded") {
        try decode(try encode(value))
      }
      try FuzzFinding.unless(again == value, "encoded and decoded again it differs")
    }
  }
}

extension FuzzFinding {
  static func unless(_ holds: Bool, _ description: @autoclosure () -> String) throws(FuzzFinding) {
    guard holds else { throw FuzzFinding(description()) }
  }

  /// What must not fail.
  static func unlessDone<Value>(_ what: String, _ work: () throws -> Value) throws(FuzzFinding) -> Value {
    do { return try work() } catch { throw FuzzFinding("\(what): \(error)") }
  }
}
