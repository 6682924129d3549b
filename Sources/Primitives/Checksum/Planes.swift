internal import CKernels

/// Bytes split into four planes, byte i to plane i mod 4, one plane behind the other.
package struct Planes {
  private let bytes: [UInt8]

  /// Where a plane begins when `byteCount` bytes are split.
  package static func offset(of plane: Int, byteCount: Int) -> Int {
    (0..<plane).reduce(0) { $0 + (byteCount + 3 - $1) / 4 }
  }

  package init(splitting input: RawSpan) {
    let count = input.byteCount
    // Safe: the planes have as many bytes as the input, and the kernel writes all of them.
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      initialized = count
      guard count > 0, let start = output.baseAddress else { return }
      let planes = unsafe (0..<4).map { unsafe start + Planes.offset(of: $0, byteCount: count) }
      unsafe input.withUnsafeBytes { input in
        unsafe kernel_planes_split(input.baseAddress!.assumingMemoryBound(to: UInt8.self), count, planes)
      }
    }
  }

  /// The bytes of one plane.
  @_lifetime(borrow self)
  package func span(_ plane: Int) -> RawSpan { span(plane..<(plane + 1)) }

  /// The bytes of neighbouring planes.
  @_lifetime(borrow self)
  package func span(_ planes: Range<Int>) -> RawSpan {
    bytes.rawSpan.extracting(
      Planes.offset(
        of: planes.lowerBound, byteCount: bytes.count)..<Planes.offset(of: planes.upperBound, byteCount: bytes.count))
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
