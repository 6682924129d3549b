internal import CKernels

extension Digest {
  /// So many messages keep one processor busy: the widest way there is takes sixteen side by side.
  package static let batchCount = 16

  /// The digests of several messages, in order. Faster than one after the other where the processor hashes in turns.
  ///
  /// Best given `batchCount` at once, of like lengths.
  package static func ofEach(_ messages: [[UInt8]]) -> [Digest] {
    guard messages.count > 1, hashesInTurns else { return messages.map { Digest.of($0.rawSpan) } }
    var pointers = unsafe [UnsafeRawPointer?]()
    unsafe pointers.reserveCapacity(messages.count)
    return unsafe withPointers(messages[...], &pointers) { pointers in unsafe hashed(pointers, messages.map(\.count)) }
  }

  /// The digests of consecutive pieces of `byteCount` bytes, the last one shorter where that does not divide them.
  package static func ofPieces(_ bytes: RawSpan, byteCount: Int) -> [Digest] {
    let starts = stride(from: 0, to: bytes.byteCount, by: byteCount)
    guard hashesInTurns else {
      return starts.map { of(bytes.extracting($0..<min($0 + byteCount, bytes.byteCount))) }
    }
    return unsafe bytes.withUnsafeBytes { bytes in
      // Safe: each piece lies within the bytes, which stay where they are meanwhile.
      let pointers = unsafe starts.map { unsafe UnsafeRawPointer(bytes.baseAddress! + $0) }
      return unsafe hashed(pointers, starts.map { min(byteCount, bytes.count - $0) })
    }
  }

  private static let hashesInTurns = kernel_has_sha256_many() != 0

  /// Goes down once for each message, so that all pointers are valid at the bottom.
  private static func withPointers<Value>(
    _ messages: ArraySlice<[UInt8]>, _ pointers: inout [UnsafeRawPointer?], _ body: ([UnsafeRawPointer?]) -> Value
  ) -> Value {
    guard let first = messages.first else { return unsafe body(pointers) }
    return unsafe first.withUnsafeBytes { bytes in
      unsafe pointers.append(bytes.baseAddress)
      return unsafe withPointers(messages.dropFirst(), &pointers, body)
    }
  }

  private static func hashed(_ messages: [UnsafeRawPointer?], _ byteCounts: [Int]) -> [Digest] {
    let count = byteCounts.count
    // Safe: the kernel writes 32 bytes for each message and reads as many of each as its count says.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count * byteCount) { output, initialized in
      unsafe kernel_sha256_many(messages, byteCounts, count, output.baseAddress!)
      initialized = count * byteCount
    }
    return unsafe bytes.withUnsafeBytes { bytes in
      (0..<count).map { unsafe Digest(loading: bytes, at: $0 * byteCount) }
    }
  }

  /// - Precondition: there are 32 bytes at `offset`.
  private init(loading bytes: UnsafeRawBufferPointer, at offset: Int) {
    func word(_ index: Int) -> UInt64 {
      UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
    }
    self.init(words: [word(0), word(1), word(2), word(3)])
  }
}
