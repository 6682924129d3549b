/// A bug that is put in on purpose, to see that this program notices it.
enum Plant: String, CaseIterable {
  /// A reader that does not compare chunks with their digests.
  case unchecked
  /// A `verify` that keeps what it finds in packs to itself.
  case silent
  /// A tier that gives what was there before in place of a changed pack, to `verify` alone: as a cache might.
  case covered
  /// A tier that waits for ever for the rest of a cut object.
  case hang
  /// A tier that takes a range without looking whether it is there.
  case trap
}
