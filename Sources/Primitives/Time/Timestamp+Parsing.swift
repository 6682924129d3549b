extension Timestamp {
  /// Reads RFC 3339, to the millisecond, or a date alone, which means its first moment in UTC: `2026-12-31T18:00:00Z`,
  /// `2026-12-31T18:00:00.250+01:00`, `2026-12-31`. Nil for anything else.
  public init?(text: String) {
    var rest = text.utf8[...]
    guard let year = Timestamp.number(&rest, 4), Timestamp.drop(&rest, "-"), let month = Timestamp.number(&rest, 2),
      Timestamp.drop(&rest, "-"), let day = Timestamp.number(&rest, 2),
      let days = Timestamp.days(year: year, month: month, day: day)
    else { return nil }
    guard !rest.isEmpty else {
      self.init(milliseconds: days * 86_400_000)
      return
    }
    guard Timestamp.drop(&rest, "T") || Timestamp.drop(&rest, "t") || Timestamp.drop(&rest, " "),
      let time = Timestamp.timeOfDay(&rest), let offset = Timestamp.offset(&rest), rest.isEmpty
    else { return nil }
    self.init(milliseconds: days * 86_400_000 + time - offset)
  }

  private static func timeOfDay(_ rest: inout Substring.UTF8View) -> Int64? {
    guard let hour = number(&rest, 2), hour < 24, drop(&rest, ":"), let minute = number(&rest, 2), minute < 60,
      drop(&rest, ":"), let second = number(&rest, 2), second < 60
    else { return nil }
    var milliseconds = ((hour * 60 + minute) * 60 + second) * 1_000
    guard drop(&rest, ".") else { return milliseconds }
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard (1...9).contains(digits.count) else { return nil }
    for (digit, unit) in zip(digits, [100, 10, 1] as [Int64]) {
      milliseconds += Int64(digit - UInt8(ascii: "0")) * unit
    }
    rest = rest.dropFirst(digits.count)
    return milliseconds
  }

  /// Milliseconds that the text is ahead of UTC.
  private static func offset(_ rest: inout Substring.UTF8View) -> Int64? {
    if drop(&rest, "Z") || drop(&rest, "z") { return 0 }
    let isAhead = drop(&rest, "+")
    guard isAhead || drop(&rest, "-"), let hour = number(&rest, 2), hour < 24, drop(&rest, ":"),
      let minute = number(&rest, 2), minute < 60
    else { return nil }
    return (hour * 60 + minute) * 60_000 * (isAhead ? 1 : -1)
  }

  private static func number(_ rest: inout Substring.UTF8View, _ digits: Int) -> Int64? {
    let text = rest.prefix(digits)
    guard text.count == digits, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    rest = rest.dropFirst(digits)
    return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  private static func drop(_ rest: inout Substring.UTF8View, _ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Days since 1970-01-01 in the Gregorian calendar, counted from March on: the leap day ends the year.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), (1...lengths[Int(month) - 1]).contains(day) else { return nil }
    let fromMarch = month > 2 ? year : year - 1
    let era = (fromMarch >= 0 ? fromMarch : fromMarch - 399) / 400
    let yearOfEra = fromMarch - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
