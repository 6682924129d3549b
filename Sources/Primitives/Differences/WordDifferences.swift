internal import CKernels

/// Where two pieces of memory differ, in words of four bytes.
package struct WordDifferences {
  /// Words are compared in blocks of this many bytes; what is left behind the last whole block is not.
  package static let blockByteCount = 256

  private let masks: [UInt64]

  /// How many bytes were compared: as many whole blocks as both have.
  package var byteCount: Int { masks.count * WordDifferences.blockByteCount }

  package init(_ left: RawSpan, _ right: RawSpan) {
    let count = min(left.byteCount, right.byteCount) / WordDifferences.blockByteCount
    // Safe: both have `count` blocks, and the kernel writes one mask for each.
    masks = unsafe [UInt64](unsafeUninitializedCapacity: count) { output, initialized in
      initialized = count
      guard count > 0, let start = output.baseAddress else { return }
      unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
          unsafe kernel_differing_words(
            left.baseAddress!.assumingMemoryBound(to: UInt8.self),
            right.baseAddress!.assumingMemoryBound(to: UInt8.self), count, start)
        }
      }
    }
  }

  /// Calls `body` with each run of words that differ, as a range of bytes, in order; runs may touch where blocks do.
  ///
  /// - Returns: false as soon as `body` does.
  package func forEachRun(_ body: (Range<Int>) -> Bool) -> Bool {
    for (block, mask) in masks.enumerated() where mask != 0 {
      let start = block * WordDifferences.blockByteCount
      var position = 0
      while position < UInt64.bitWidth, mask >> UInt64(position) != 0 {
        let first = position + (mask >> UInt64(position)).trailingZeroBitCount
        let end = first + (~(mask >> UInt64(first))).trailingZeroBitCount
        guard body((start + 4 * first)..<(start + 4 * end)) else { return false }
        position = end
      }
    }
    return true
  }
}
