internal import Primitives

extension Timestamp {
  /// The `Date` of an answer (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
  init?(http text: String) {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let digits = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    self.init(text: "\(parts[3])-\(digits)-\(parts[1])T\(parts[4])Z")
  }
}
