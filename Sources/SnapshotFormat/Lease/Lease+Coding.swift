package import Primitives

extension Lease {
  package func encoded() throws(FormatError) -> SealedObject.Encoded {
    guard owner.utf8.count <= Lease.ownerByteCountMax, !owner.utf8.contains(0) else {
      throw .beyondLimit("lease", "an owner of more than \(Lease.ownerByteCountMax) bytes, or with NUL")
    }
    try check()
    var sections = SectionWriter()
    sections.section(1, writeLease)
    sections.section(2) { output in
      output.integer(totals.acquired)
      output.integer(totals.takenOver)
      output.integer(totals.waitedMilliseconds)
      output.integer(totals.heldMilliseconds)
    }
    return SealedObject.encode(.lease, named: key, sections: sections)
  }

  private func writeLease(_ output: inout ByteWriter) {
    output.string(collection.string)
    output.integer(token)
    output.uniqueName(identifier)
    output.integer(state.rawValue)
    output.timestamp(started)
    output.timestamp(beaten)
    output.integer(millisecondsToLive)
    output.integer(beat)
    output.string(owner)
  }

  private func check() throws(FormatError) {
    guard token > 0 else { throw .damaged("lease", "tokens count from 1") }
    guard Lease.timeToLiveMilliseconds.contains(millisecondsToLive) else {
      throw .beyondLimit("lease", "a time to live of \(millisecondsToLive) ms")
    }
  }
}

extension Lease {
  /// Reads the lease of that name, and refuses what is not exactly that.
  package init(decoding bytes: RawSpan, collection: CollectionName, token: UInt64) throws(FormatError) {
    guard bytes.byteCount <= Lease.byteCountMax else {
      throw .beyondLimit("lease", "\(bytes.byteCount) bytes where \(Lease.byteCountMax) are allowed")
    }
    let name = ObjectKey.lease(collection, token: token)
    self = try SealedObject.decode(bytes, type: .lease, named: name, of: "lease") {
      (sections: inout SectionReader) throws(FormatError) in try Lease(from: &sections)
    }
    guard self.collection == collection, self.token == token else {
      throw .damaged("lease", "it says it is lease \(self.token) of \(self.collection)")
    }
    try check()
  }

  private init(from sections: inout SectionReader) throws(FormatError) {
    let lease = try sections.required(1) { (input) throws(FormatError) in try Lease(from: &input) }
    let totals = try sections.required(2) { (input) throws(FormatError) in try LeaseTotals(from: &input) }
    self = lease.with(totals)
  }

  private init(from input: inout ByteReader) throws(FormatError) {
    self.init(
      collection: try input.collectionName(), token: try input.integer(), identifier: try input.uniqueName(),
      state: try input.leaseState(), started: try input.timestamp(), beaten: try input.timestamp(),
      millisecondsToLive: try input.integer(), beat: try input.integer(),
      owner: try input.string(limit: Lease.ownerByteCountMax))
  }
}

extension LeaseTotals {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    acquired = try input.integer()
    takenOver = try input.integer()
    waitedMilliseconds = try input.integer()
    heldMilliseconds = try input.integer()
  }
}

extension ByteReader {
  fileprivate mutating func leaseState() throws(FormatError) -> Lease.State {
    let number: UInt8 = try integer()
    guard let state = Lease.State(rawValue: number) else { throw .unsupported("lease", "state \(number) is not known") }
    return state
  }
}
