extension Timestamp {
  /// RFC 3339 in UTC with milliseconds: `2024-02-29T12:00:00.000Z`. A moment before the year 0 or after 9999 is shown
  /// as the nearest one within.
  public var text: String {
    let least: Int64 = -62_167_219_200_000
    let greatest: Int64 = 253_402_300_799_999
    let milliseconds = min(max(milliseconds, least), greatest)
    let day: Int64 = 86_400_000
    let days = milliseconds >= 0 ? milliseconds / day : (milliseconds - day + 1) / day
    let rest = milliseconds - days * day
    let (year, month, dayOfMonth) = Timestamp.civil(days: days)
    let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60].map { Timestamp.digits($0, 2) }
    return "\(Timestamp.digits(year, 4))-\(Timestamp.digits(month, 2))-\(Timestamp.digits(dayOfMonth, 2))T"
      + time.joined(separator: ":") + ".\(Timestamp.digits(rest % 1_000, 3))Z"
  }

  /// The date of a day counted from 1970-01-01, in the Gregorian calendar: 400 years are 146,097 days.
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
