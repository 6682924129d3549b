internal import CKernels

/// Bytes split into four planes, byte i to plane i mod 4, one plane behind the other.
package enum Planes {
  /// Where a plane begins when `byteCount` bytes are split.
  package static func offset(of plane: Int, byteCount: Int) -> Int {
    (0..<plane).reduce(0) { $0 + (byteCount + 3 - $1) / 4 }
  }

  /// Writes the first three planes to `lower`, all of it, and gives the last.
  ///
  /// - Precondition: `lower` has the bytes that stand before the last plane, as `offset(of:byteCount:)` says.
  package static func split(_ input: RawSpan, lower: UnsafeMutableBufferPointer<UInt8>) -> [UInt8] {
    let count = input.byteCount
    precondition(lower.count == offset(of: 3, byteCount: count))
    // Safe: every plane has the bytes that the kernel writes, and it writes all of them.
    return unsafe [UInt8](unsafeUninitializedCapacity: count - lower.count) { top, initialized in
      initialized = count - lower.count
      guard count >= 4, let start = lower.baseAddress, let top = top.baseAddress else {
        return unsafe copyFew(input, to: lower)
      }
      let planes = unsafe (0..<3).map { unsafe start + offset(of: $0, byteCount: count) } + [top]
      unsafe input.withUnsafeBytes { input in
        unsafe kernel_planes_split(input.baseAddress!.assumingMemoryBound(to: UInt8.self), count, planes)
      }
    }
  }

  /// Undoes the split: `lower` holds the first three planes, `top` the last.
  ///
  /// - Precondition: together they have `byteCount` bytes, split as `offset(of:byteCount:)` says.
  package static func join(_ lower: RawSpan, top: RawSpan, byteCount: Int) -> [UInt8] {
    precondition(lower.byteCount == offset(of: 3, byteCount: byteCount) && lower.byteCount + top.byteCount == byteCount)
    // Safe: by the precondition every plane has the bytes the kernel reads, and the kernel writes all of the output.
    return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, initialized in
      initialized = byteCount
      guard byteCount >= 4, let start = output.baseAddress else { return unsafe copyFew(lower, to: output) }
      unsafe lower.withUnsafeBytes { lower in
        unsafe top.withUnsafeBytes { top in
          let first = unsafe lower.baseAddress!.assumingMemoryBound(to: UInt8.self)
          let planes =
            unsafe (0..<3).map { unsafe first + offset(of: $0, byteCount: byteCount) }
            + [top.baseAddress!.assumingMemoryBound(to: UInt8.self)]
          unsafe kernel_planes_join(planes, start, byteCount)
        }
      }
    }
  }

  /// Fewer than four bytes: each plane has one or none.
  private static func copyFew(_ bytes: RawSpan, to output: UnsafeMutableBufferPointer<UInt8>) {
    for index in 0..<bytes.byteCount { unsafe output[index] = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
  }
}
