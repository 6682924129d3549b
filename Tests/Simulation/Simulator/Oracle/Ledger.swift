import Primitives
import SnapshotFormat

/// What users did and what they were told, to be compared with what is there in the end.
final class Ledger: Sendable {
  enum Outcome: Sendable, Equatable {
    /// Begun, and nobody knows: a crash, or `outcomeUnknown`.
    case unknown
    case acknowledged
    /// Told that nothing was done.
    case refused
  }

  /// Records of one append.
  struct Append: Sendable {
    let producer: ProducerName
    let operations: UInt64
    /// A record that no other work touches.
    let own: RecordName
    var outcome = Outcome.unknown
    /// When it was asked for, the last time.
    var began: UInt64 = 0
    /// The delta that it was told to have become, at that time.
    var key: ObjectKey?
  }

  /// A version of records, and when its compaction was told to have made it.
  struct Compaction: Sendable {
    let version: UInt64
    let at: UInt64
  }

  /// A version, tag or hold, by the mark that tells it from all others.
  struct Change: Sendable {
    let collection: CollectionName
    var outcome = Outcome.unknown
    /// The version that it came to or names, as its user was told.
    var version: UInt64?
  }

  struct Acquisition: Sendable {
    let token: UInt64
    let process: Int
    let isTakeover: Bool
    let at: UInt64
  }

  /// By run, message, tag or label.
  private let appendsHeld = Held<[String: Append]>([:])
  private let createsHeld = Held<[String: Change]>([:])
  private let tagsHeld = Held<[String: Change]>([:])
  private let holdsHeld = Held<[String: Change]>([:])
  private let acquisitionsHeld = Held<[Acquisition]>([])
  private let compactionsHeld = Held<[Compaction]>([])
  private let faultsHeld = Held<[String]>([])
  private let numberHeld = Held(0)

  init() {}

  var appends: [String: Append] {
    get { appendsHeld.value }
    set { appendsHeld.value = newValue }
  }
  var creates: [String: Change] {
    get { createsHeld.value }
    set { createsHeld.value = newValue }
  }
  var tags: [String: Change] {
    get { tagsHeld.value }
    set { tagsHeld.value = newValue }
  }
  var holds: [String: Change] {
    get { holdsHeld.value }
    set { holdsHeld.value = newValue }
  }
  var acquisitions: [Acquisition] { acquisitionsHeld.value }
  var compactions: [Compaction] { compactionsHeld.value }
  /// What went wrong while users looked.
  var faults: [String] { faultsHeld.value }

  func acquired(_ token: UInt64, by process: Int, isTakeover: Bool, at: UInt64) {
    acquisitionsHeld.value.append(Acquisition(token: token, process: process, isTakeover: isTakeover, at: at))
  }

  func compacted(_ version: UInt64, at: UInt64) {
    compactionsHeld.value.append(Compaction(version: version, at: at))
  }

  func fault(_ text: String) { faultsHeld.value.append(text) }

  /// A mark that was not used before.
  func mark(_ prefix: String) -> String {
    numberHeld.value += 1
    return "\(prefix)\(numberHeld.value)"
  }
}
