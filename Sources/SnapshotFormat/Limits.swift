/// The limits of format version 1 (formats/README.md). A reader refuses what lies above them as it would refuse damage.
package enum Limits {
  package static let rootByteCount = 64 << 10
  package static let chunkByteCount = 256 << 10
  package static let frameRawByteCount = 1 << 20
  package static let frameEntryCount = 4_096
  package static let packByteCount = 32 << 20
  package static let packEntryCount = 65_536
  package static let pageByteCount = 1 << 20
  package static let referencesInNode = 192
  package static let listLevel = 4
  package static let chainDepth = 8
  package static let baseChunkCount = 3
  package static let filesInPage = 1_024
  package static let filesPageEntryByteCount = 256 << 10
  package static let chunksInPage = 1_024
  package static let supportInPage = 256
  package static let producersInPage = 1_024
  package static let ownersInPage = 1_024
  package static let inlineReferenceCount = 64
  package static let messageByteCount = 1_024
}
