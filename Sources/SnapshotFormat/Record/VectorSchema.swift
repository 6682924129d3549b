/// What every vector of a collection is: how many elements of which type.
package struct VectorSchema: Hashable, Sendable {
  package enum ElementType: UInt8, Sendable {
    case float32 = 1
  }

  package static let dimensionMax = 65_536

  package let dimension: Int
  package let elementType: ElementType

  /// - Precondition: `dimension` is within 0 … 65,536.
  package init(dimension: Int, elementType: ElementType = .float32) {
    precondition((0...VectorSchema.dimensionMax).contains(dimension), "a dimension is at most 65,536")
    self.dimension = dimension
    self.elementType = elementType
  }

  /// Checks what stands in an object; f16 and i8 are refused by name.
  package init(dimension: UInt32, elementType raw: UInt8, of subject: String) throws(FormatError) {
    guard dimension <= VectorSchema.dimensionMax else { throw .beyondLimit(subject, "dimension \(dimension)") }
    guard let elementType = ElementType(rawValue: raw) else {
      throw .unsupported(subject, "element type \(raw) is not supported")
    }
    self.init(dimension: Int(dimension), elementType: elementType)
  }

  package var vectorByteCount: Int { dimension * 4 }
}

extension VectorSchema {
  private static let alignment = 64
  private static let chunkByteCountAim = 65_536
  private static let chunkByteCountMax = 262_144
  /// What a segment's header may state (formats/segment.md §2).
  package static let chunkByteCounts = 32_768...chunkByteCountMax

  /// The chunk that holds whole rows, near 64 KiB (formats/segment.md §2).
  package var chunkByteCount: Int {
    guard dimension > 0 else { return VectorSchema.chunkByteCountAim }
    let shared = min(VectorSchema.alignment, 1 << vectorByteCount.trailingZeroBitCount)
    let unit = VectorSchema.alignment / shared * vectorByteCount
    guard unit <= VectorSchema.chunkByteCountMax else { return VectorSchema.chunkByteCountAim }
    return unit * max(1, (VectorSchema.chunkByteCountAim + unit / 2) / unit)
  }
}
