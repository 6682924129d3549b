internal import CKernels

/// A SHA-256 in the making of bytes that lie together: it goes on by whole blocks, alone or two at once, which takes
/// less than the time of both.
///
/// Where the processor cannot, two are made one after the other.
package struct DigestOfBlocks {
  package static let blockByteCount = 64
  private static let isFast = kernel_has_sha256_many() != 0

  private var state: InlineArray<8, UInt32> = InlineArray(repeating: 0)
  private var plain = DigestBuilder()
  private var byteCount = 0

  package init() {
    guard DigestOfBlocks.isFast else { return }
    unsafe withState { unsafe kernel_sha256_begin($0) }
  }

  /// How many of so many bytes make up whole blocks.
  package static func whole(_ byteCount: Int) -> Int { byteCount / blockByteCount * blockByteCount }

  /// - Precondition: a multiple of 64 bytes.
  package mutating func update(_ bytes: RawSpan) {
    precondition(bytes.byteCount.isMultiple(of: DigestOfBlocks.blockByteCount), "a digest goes on by whole blocks")
    byteCount += bytes.byteCount
    guard DigestOfBlocks.isFast else { return plain.update(bytes) }
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe withState { unsafe kernel_sha256_blocks($0, start, bytes.count / DigestOfBlocks.blockByteCount) }
    }
  }

  /// Both go on, each by its own bytes.
  ///
  /// - Precondition: multiples of 64 bytes.
  package static func update(
    _ first: inout DigestOfBlocks, _ firstBytes: RawSpan, _ second: inout DigestOfBlocks, _ secondBytes: RawSpan
  ) {
    guard isFast, firstBytes.byteCount > 0, secondBytes.byteCount > 0 else {
      first.update(firstBytes)
      return second.update(secondBytes)
    }
    precondition(
      firstBytes.byteCount.isMultiple(of: blockByteCount) && secondBytes.byteCount.isMultiple(of: blockByteCount),
      "a digest goes on by whole blocks")
    first.byteCount += firstBytes.byteCount
    second.byteCount += secondBytes.byteCount
    unsafe firstBytes.withUnsafeBytes { one in
      unsafe secondBytes.withUnsafeBytes { other in
        // Safe: neither is empty, and each is read by as many blocks as it has.
        unsafe first.withState { left in
          unsafe second.withState { right in
            unsafe kernel_sha256_two(
              left, one.baseAddress!, one.count / blockByteCount, right, other.baseAddress!,
              other.count / blockByteCount)
          }
        }
      }
    }
  }

  /// The digest of all bytes so far and the rest, however many these are.
  package consuming func finish(_ rest: RawSpan) -> Digest {
    guard DigestOfBlocks.isFast else {
      plain.update(rest)
      return plain.finish()
    }
    let total = byteCount + rest.byteCount
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { output, count in
      // Safe: 32 bytes are written; of no bytes none is read, whatever the address.
      unsafe rest.withUnsafeBytes { rest in
        unsafe withState {
          unsafe kernel_sha256_finish(
            $0, rest.baseAddress ?? UnsafeRawPointer(output.baseAddress!), rest.count, total, output.baseAddress!)
        }
      }
      count = Digest.byteCount
    }
    return Digest(bytes: bytes)
  }

  private mutating func withState(_ body: (UnsafeMutablePointer<UInt32>) -> Void) {
    unsafe withUnsafeMutableBytes(of: &state) { bytes in
      // Safe: eight words, aligned as such.
      unsafe body(bytes.baseAddress!.assumingMemoryBound(to: UInt32.self))
    }
  }
}
