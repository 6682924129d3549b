internal import Primitives

extension Head {
  /// The head's bytes.
  /// - Throws: when the head breaks a rule or a limit of the format; nothing of that kind is ever written.
  package func encoded() throws(FormatError) -> SealedObject.Encoded {
    try check()
    let encoded = sealed()
    guard encoded.bytes.count <= SealedObject.byteCountMax else {
      throw .beyondLimit("head", "\(encoded.bytes.count) bytes where \(SealedObject.byteCountMax) are allowed")
    }
    return encoded
  }

  /// The bytes, whatever they say.
  func sealed() -> SealedObject.Encoded {
    var sections = SectionWriter()
    sections.section(1, writeIdentity)
    sections.section(2, writeFences)
    sections.section(3) { output in
      output.integer(UInt16(rows.count))
      for row in rows { row.write(to: &output) }
    }
    sections.section(4, writeOlder)
    sections.section(5, writeTags)
    sections.section(6, writeHolds)
    sections.section(7, writePolicy)
    sections.section(8, writeQuarantine)
    if kind == .store { sections.section(9, writeCollections) }
    if let schema {
      sections.section(10, required: false) { output in
        output.integer(UInt32(schema.dimension))
        output.integer(schema.elementType.rawValue)
      }
    }
    return SealedObject.encode(.head, named: key, writers: writers, sections: sections)
  }

  private func writeIdentity(_ output: inout ByteWriter) {
    output.string(collection.string)
    output.integer(revision)
    output.integer(newestVersion)
    output.integer(kind.rawValue)
    output.integer(action.rawValue)
    output.timestamp(created)
    output.uniqueName(writeIdentifier)
    output.integer(intent.value)
  }

  private func writeFences(_ output: inout ByteWriter) {
    output.integer(fences.gcEpoch)
    output.integer(fences.leastIntentEpoch)
    output.integer(fences.leaseToken)
    output.integer(fences.oldestRecord)
  }

  private func writeOlder(_ output: inout ByteWriter) {
    output.integer(UInt16(older.count))
    for range in older {
      output.integer(range.first)
      output.integer(range.last)
      range.object.write(to: &output)
    }
  }

  private func writeTags(_ output: inout ByteWriter) {
    output.integer(UInt16(tags.count))
    for tag in tags {
      output.string(tag.name.string)
      output.integer(tag.version)
    }
  }

  private func writeHolds(_ output: inout ByteWriter) {
    output.integer(UInt16(holds.count))
    for hold in holds {
      output.integer(hold.version)
      output.timestamp(hold.until ?? Timestamp(milliseconds: .max))
      output.string(hold.label)
    }
  }

  private func writePolicy(_ output: inout ByteWriter) {
    output.integer(UInt16(policy.count))
    for entry in policy {
      output.string(entry.key)
      output.string(entry.value)
    }
  }

  private func writeQuarantine(_ output: inout ByteWriter) {
    output.integer(UInt32(quarantine.count))
    for delta in quarantine {
      output.string(delta.producer.string)
      output.integer(delta.sequence)
      output.digest(delta.digest)
      output.string(delta.reason)
    }
  }

  private func writeCollections(_ output: inout ByteWriter) {
    output.integer(UInt16(collections.count))
    for collection in collections {
      output.string(collection.name.string)
      output.integer(collection.kind.rawValue)
    }
  }
}
