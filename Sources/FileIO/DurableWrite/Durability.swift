/// What a write is worth when it returns.
package enum Durability: Sendable {
  /// It survives a power cut, its name included.
  case full
  /// It is whole or not there, and may be gone after a crash: for what can be had again.
  case none
}
