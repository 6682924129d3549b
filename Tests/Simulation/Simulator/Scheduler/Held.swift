/// A value that only the strand with the baton looks at and changes. Passing the baton orders what strands see.
final class Held<Value>: @unchecked Sendable {
  var value: Value

  init(_ value: Value) {
    self.value = value
  }
}
