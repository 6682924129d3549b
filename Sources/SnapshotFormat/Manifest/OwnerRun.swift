/// So many entries in a row that belong to the same owner (formats/manifest.md §8).
package struct OwnerRun: Sendable, Equatable {
  /// At least 1.
  package let count: UInt32
  package let owner: Owner

  package init(count: UInt32, owner: Owner) {
    self.count = count
    self.owner = owner
  }
}

extension Page {
  /// An owners page.
  package static func encode(owners: [OwnerRun]) -> [UInt8] {
    encode(.owners, count: owners.count) { output, _ in
      for run in owners {
        output.integer(run.count)
        output.integer(run.owner.user)
        output.integer(run.owner.group)
      }
    }
  }

  /// The runs of an owners page: at least one, none of no entries, no two neighbours with the same owner.
  package static func owners(_ bytes: RawSpan) throws(FormatError) -> [OwnerRun] {
    let runs = try decode(bytes, kind: .owners, countMax: Limits.ownersInPage) {
      input, packs throws(FormatError) -> OwnerRun in
      guard packs.isEmpty else { throw input.damaged("an owners page with a pack table") }
      return try OwnerRun(from: &input)
    }
    guard !runs.isEmpty else { throw .damaged("owners page", "it has no run") }
    for index in runs.indices.dropFirst() where runs[index - 1].owner == runs[index].owner {
      throw .damaged("owners page", "two neighbouring runs have the same owner")
    }
    return runs
  }
}

extension OwnerRun {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    count = try input.integer()
    owner = Owner(user: try input.integer(), group: try input.integer())
    guard count > 0 else { throw input.damaged("a run of no entries") }
    guard owner.isValid else { throw input.damaged("an owner that stands for nobody") }
  }
}
