internal import CKernels

/// The Castagnoli CRC, a quick check against accidents. Never proof of anything: a SHA-256 decides.
package enum CRC32C {
  package static func of(_ bytes: RawSpan, continuing crc: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { pointer in
      guard let base = pointer.baseAddress else { return crc }
      return unsafe kernel_crc32c(crc, base, pointer.count)
    }
  }

  package static func of(_ bytes: [UInt8], continuing crc: UInt32 = 0) -> UInt32 {
    of(bytes.rawSpan, continuing: crc)
  }
}
