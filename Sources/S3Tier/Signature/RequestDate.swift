internal import Primitives

/// A moment as a signature names it: `20130524T000000Z`, in UTC.
struct RequestDate: Equatable {
  /// `20130524T000000Z`.
  let stamp: String
  /// `20130524`.
  var day: String { String(stamp.prefix(8)) }

  init(_ time: Timestamp) {
    // Without what separates the parts, and without the fraction.
    let digits = time.text.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
    stamp = "\(digits)Z"
  }
}
