/// What came of a mutation.
enum Verdict {
  /// Something said so, and nothing wrong was read.
  case detected
  /// All reads are right and the store is sound: the mutation touched nothing that matters.
  case harmless
  /// An earlier state of the store, whole in itself: its last object is gone, and nothing in the store says that there
  /// was one (formats/head.md: the highest number is the head).
  case older
  /// Another sound store: somebody who may write heads wrote another one, or another delta. What it names was written,
  /// every byte of it.
  case forged
  case failed(String)

  var name: String {
    switch self {
    case .detected: "detected"
    case .harmless: "harmless"
    case .older: "older"
    case .forged: "forged"
    case .failed: "failed"
    }
  }

  static let names = ["detected", "harmless", "older", "forged", "failed"]
}
