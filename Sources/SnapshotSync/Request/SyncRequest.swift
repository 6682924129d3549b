package import Primitives
package import SnapshotFormat

/// What `sync` is asked for.
package struct SyncRequest: Sendable {
  /// How the directory changes.
  package enum Style: String, Sendable {
    /// All at once: the next tree is built beside it, and the two change places.
    case exchange
    /// Files are patched. Least disk and least work; readers see it happen.
    case inPlace
    /// A directory for each version, and a link to the newest.
    case generations
  }

  /// What of the version is wanted.
  package enum Part: Sendable, Equatable {
    /// What the copy holds; of a directory that is none, all.
    case asBefore
    /// Nil: all of it.
    case chosen(PartPatterns?)
  }

  package let collection: CollectionName
  /// The version, as a head tells it.
  package let row: VersionRow
  package var part: Part = .asBefore
  /// Whether patterns may select nothing: those that a copy was brought to before.
  package var allowsEmptyPart = false
  /// As its user named it.
  package let directory: String
  package var style: Style = .exchange
  /// Takes over a directory that was not made by `sync`.
  package var adopt = false
  /// Stops when the copy was changed here.
  package var keepLocal = false
  /// Gives what is written, and what stays and differs, to the owners the version records.
  package var setsOwners = false
  /// How many generations stay; nil: all.
  package var generationCount: Int?

  package init(_ collection: CollectionName, row: VersionRow, directory: String) {
    self.collection = collection
    self.row = row
    self.directory = directory
  }
}

/// What a sync came to. The fields of the JSON object `synced`, and what a person is told.
package struct SyncResult: Sendable, Equatable {
  /// How the directory changed.
  package enum Way: Sendable, Equatable {
    /// It was as wanted.
    case unchanged
    case exchanged
    /// One file after the other; why not at once.
    case oneByOne(reason: String)
    case inPlace
    case generation(String)
  }

  package let collection: CollectionName
  package let version: UInt64
  package let directory: String
  /// What of the version it has; nil: all.
  package let patterns: PartPatterns?
  /// Bytes of that.
  package let bytesTotal: UInt64
  package var bytesRead: UInt64 = 0
  package var bytesWritten: UInt64 = 0
  package var requests: UInt64 = 0
  package var chunksRead: UInt64 = 0
  /// `origin` or `cache`: what the store was read through.
  package let tier: String
  package var localChangesReverted = 0
  /// The first of them.
  package var localChanges: [LocalChange] = []
  package var seconds: Double = 0
  package var way: Way = .unchanged

  init(_ request: SyncRequest, _ content: VersionContent, tier: String) {
    collection = request.collection
    version = request.row.version
    directory = request.directory
    patterns = content.patterns
    bytesTotal = content.totals.bytes
    self.tier = tier
  }
}

extension SyncRequest {
  /// - Throws: `.nothingIncluded` where patterns were chosen, and select nothing. A part that a copy held before may
  /// come to nothing in a later version.
  func check(_ content: VersionContent) throws(SyncError) {
    guard case .chosen(let patterns?) = part, content.isEmptyPart, !allowsEmptyPart else { return }
    throw .nothingIncluded(version: "\(collection)@\(row.version)", patterns: patterns)
  }
}
