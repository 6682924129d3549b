internal import Glibc
internal import Synchronization

/// Where names and jitter come from. Passed in, so that a test repeats a run from its seed.
package protocol RandomSource: Sendable {
  func next() -> UInt64
}

/// The operating system's generator.
package struct SystemRandomSource: RandomSource {
  package init() {}

  package func next() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}

/// A generator that repeats itself from a seed (SplitMix64).
package final class SeededRandomSource: RandomSource {
  private let state: Mutex<UInt64>

  package init(seed: UInt64) {
    state = Mutex(seed)
  }

  package func next() -> UInt64 {
    state.withLock { state in
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}

extension RandomSource {
  /// A number in 0 ..< 1.
  package func unit() -> Double {
    Double(next() >> 11) / Double(1 << 53)
  }
}

/// Some random source, where a generic parameter would spread.
package struct AnyRandomSource: RandomSource {
  private let source: any RandomSource

  package init(_ source: any RandomSource) {
    self.source = source
  }

  package func next() -> UInt64 { source.next() }
}
