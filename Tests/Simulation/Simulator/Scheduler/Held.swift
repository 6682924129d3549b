/// A value that only the strand with the baton looks at and changes.
// Safe: of all strands one runs at any time, and passing the baton orders what they see.
final class Held<Value>: @unchecked Sendable {
  var value: Value

  init(_ value: Value) {
    self.value = value
  }
}
