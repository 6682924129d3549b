package import Primitives

/// How a file is cut into chunks (formats/manifest.md §6).
package enum ChunkProfile: Sendable, Equatable, Hashable {
  case grid(chunkByteCount: Int)
  case contentDefined

  package static let gridByteCount = 65_536
}

/// A file, directory or symbolic link of a snapshot.
package struct FileEntry: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case file(FileContent)
    case directory
    case link(target: [UInt8])
  }

  package let path: RelativePath
  /// Permission, set-id and sticky bits.
  package let mode: UInt16
  package let content: Content

  package init(path: RelativePath, mode: UInt16, content: Content) {
    self.path = path
    self.mode = mode
    self.content = content
  }
}

package struct FileContent: Sendable, Equatable {
  package enum Chunks: Sendable, Equatable {
    case inline([Reference])
    /// References in chunks pages.
    case paged(ReferenceList)
  }

  package let byteCount: UInt64
  package let digest: Digest
  package let profile: ChunkProfile
  package let chunkCount: Int
  package let chunks: Chunks

  package init(byteCount: UInt64, digest: Digest, profile: ChunkProfile, chunkCount: Int, chunks: Chunks) {
    self.byteCount = byteCount
    self.digest = digest
    self.profile = profile
    self.chunkCount = chunkCount
    self.chunks = chunks
  }
}

extension FileEntry {
  /// What `contentHash` takes of an entry besides its path.
  package var digest: Digest {
    switch content {
    case .file(let file): file.digest
    case .directory: .zero
    case .link(let target): .of(target)
    }
  }

  package var typeCode: UInt8 {
    switch content {
    case .file: 1
    case .directory: 2
    case .link: 3
    }
  }

  package var byteCount: UInt64 {
    if case .file(let file) = content { file.byteCount } else { 0 }
  }

  /// Whether names, type, mode and bytes are the same, wherever the chunks are kept.
  package func hasSameContent(as other: FileEntry) -> Bool {
    path == other.path && mode == other.mode && typeCode == other.typeCode && byteCount == other.byteCount
      && digest == other.digest
  }
}

extension FileEntry {
  package func write(to output: inout ByteWriter, packs: inout PackTable) {
    output.bytes16(path.bytes)
    output.integer(typeCode)
    output.integer(mode)
    output.integer(byteCount)
    output.digest(digest)
    switch content {
    case .directory: break
    case .link(let target): output.bytes16(target)
    case .file(let file): file.write(to: &output, packs: &packs)
    }
  }

  package init(from input: inout ByteReader, packs: [UniqueName]) throws(FormatError) {
    let start = input.offset
    let pathBytes = try input.bytes16(limit: 4_096)
    guard let path = RelativePath(pathBytes) else {
      throw .damaged("files page", "the path \"\(Printable.string(pathBytes))\" is not allowed", at: start)
    }
    self.path = path
    let type: UInt8 = try input.integer()
    mode = try input.integer()
    let byteCount: UInt64 = try input.integer()
    let digest = try input.digest()
    guard mode <= 0o7777 else { throw input.damaged("a mode above 07777") }
    switch type {
    case 1: content = .file(try FileContent(byteCount: byteCount, digest: digest, from: &input, packs: packs))
    case 2: content = .directory
    case 3: content = .link(target: try input.bytes16(limit: 4_096))
    default: throw .unsupported("files page", "entry type \(type) is not known")
    }
    try check(byteCount: byteCount, digest: digest, input)
  }

  private func check(byteCount: UInt64, digest: Digest, _ input: borrowing ByteReader) throws(FormatError) {
    guard self.digest == digest, self.byteCount == byteCount else {
      throw input.damaged("digest or byte count do not fit the entry's type")
    }
    if case .link(let target) = content, target.isEmpty || target.contains(0) {
      throw input.damaged("a link without a target")
    }
  }
}

extension FileContent {
  fileprivate func write(to output: inout ByteWriter, packs: inout PackTable) {
    switch profile {
    case .grid(let chunkByteCount):
      output.integer(UInt8(1))
      output.integer(UInt32(chunkByteCount))
    case .contentDefined:
      output.integer(UInt8(2))
      output.integer(UInt32(0))
    }
    output.integer(UInt32(chunkCount))
    switch chunks {
    case .inline(let references):
      output.integer(UInt8(0))
      for reference in references { reference.write(to: &output, packs: &packs) }
    case .paged(let list):
      output.integer(UInt8(1))
      list.write(to: &output, packs: &packs)
    }
  }

  fileprivate init(
    byteCount: UInt64, digest: Digest, from input: inout ByteReader, packs: [UniqueName]
  ) throws(FormatError) {
    self.byteCount = byteCount
    self.digest = digest
    profile = try FileContent.profile(&input)
    chunkCount = Int(try input.integer(UInt32.self))
    switch try input.integer(UInt8.self) {
    case 0:
      guard chunkCount <= Limits.chunksInPage else { throw input.damaged("more chunks than fit inline") }
      let references = try Reference.readMany(chunkCount, from: &input, packs: packs, allowsEmpty: false).compactMap(
        \.self)
      guard references.reduce(0, { $0 + UInt64($1.byteCount) }) == byteCount else {
        throw input.damaged("the chunks do not add up to the file")
      }
      chunks = .inline(references)
    case 1: chunks = .paged(try ReferenceList(from: &input, packs: packs, allowsEmpty: false))
    case let layout: throw .unsupported("files page", "layout \(layout) is not known")
    }
  }

  private static func profile(_ input: inout ByteReader) throws(FormatError) -> ChunkProfile {
    let code: UInt8 = try input.integer()
    let chunkByteCount = Int(try input.integer(UInt32.self))
    switch (code, chunkByteCount) {
    case (1, 1...Limits.chunkByteCount): return .grid(chunkByteCount: chunkByteCount)
    case (2, 0): return .contentDefined
    default: throw .unsupported("files page", "profile \(code) with chunks of \(chunkByteCount) is not known")
    }
  }
}
