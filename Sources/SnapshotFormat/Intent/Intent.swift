package import Primitives

/// A writer's announcement of what it prepares (formats/intent.md). It saves others work and never gives safety.
package struct Intent: Sendable, Equatable {
  package static let byteCountMax = 4_096
  package static let ownerByteCountMax = 1_024

  package let collection: CollectionName
  package let identifier: IntentIdentifier
  package let action: HeadAction
  package let baseRevision: UInt64
  package let gcEpoch: UInt64
  package let started: Timestamp
  package let secondsToLive: UInt32
  /// May count up from 0 while the owner is alive.
  package let beat: UInt64
  package let owner: String

  package init(
    collection: CollectionName, identifier: IntentIdentifier, action: HeadAction, baseRevision: UInt64,
    gcEpoch: UInt64, started: Timestamp, secondsToLive: UInt32, beat: UInt64 = 0, owner: String
  ) {
    self.collection = collection
    self.identifier = identifier
    self.action = action
    self.baseRevision = baseRevision
    self.gcEpoch = gcEpoch
    self.started = started
    self.secondsToLive = secondsToLive
    self.beat = beat
    self.owner = owner
  }

  package var key: ObjectKey { .intent(collection, identifier) }
}

extension Intent {
  package func encoded() throws(FormatError) -> SealedObject.Encoded {
    guard owner.utf8.count <= Intent.ownerByteCountMax, !owner.utf8.contains(0) else {
      throw .beyondLimit("intent", "an owner of more than \(Intent.ownerByteCountMax) bytes, or with NUL")
    }
    var sections = SectionWriter()
    sections.section(1) { output in
      output.string(collection.string)
      output.integer(identifier.value)
      output.integer(action.rawValue)
      output.integer(baseRevision)
      output.integer(gcEpoch)
      output.timestamp(started)
      output.integer(secondsToLive)
      output.integer(beat)
      output.string(owner)
    }
    return SealedObject.encode(.intent, named: key, sections: sections)
  }

  /// Reads the intent of that name, and refuses what is not exactly that.
  package init(
    decoding bytes: RawSpan, collection: CollectionName, identifier: IntentIdentifier
  ) throws(FormatError) {
    guard bytes.byteCount <= Intent.byteCountMax else {
      throw .beyondLimit("intent", "\(bytes.byteCount) bytes where \(Intent.byteCountMax) are allowed")
    }
    let name = ObjectKey.intent(collection, identifier)
    self = try SealedObject.decode(bytes, type: .intent, named: name, of: "intent") {
      (sections: inout SectionReader) throws(FormatError) in
      try sections.required(1) { (input) throws(FormatError) in try Intent(from: &input) }
    }
    guard self.collection == collection, self.identifier == identifier else {
      throw .damaged("intent", "it says it is intent \(self.identifier.hex) of \(self.collection)")
    }
  }

  private init(from input: inout ByteReader) throws(FormatError) {
    collection = try input.collectionName()
    identifier = try input.intentIdentifier()
    action = try input.headAction()
    baseRevision = try input.integer()
    gcEpoch = try input.integer()
    started = try input.timestamp()
    secondsToLive = try input.integer()
    beat = try input.integer()
    owner = try input.string()
  }
}
