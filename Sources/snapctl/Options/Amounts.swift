import ArgumentParser

/// A number of bytes as people write it: `1000000`, `50GB`, `512MiB`.
struct ByteAmount: ExpressibleByArgument {
  let count: UInt64

  init?(argument: String) {
    let units: KeyValuePairs<String, UInt64> = [
      "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "kB": 1_000, "MB": 1_000_000,
      "GB": 1_000_000_000, "TB": 1_000_000_000_000, "B": 1,
    ]
    let unit = units.first { argument.hasSuffix($0.key) }
    guard let number = UInt64(argument.dropLast(unit?.key.count ?? 0)) else { return nil }
    let (count, overflow) = number.multipliedReportingOverflow(by: unit?.value ?? 1)
    guard !overflow else { return nil }
    self.count = count
  }
}

/// A length of time as people write it: `90s`, `45m`, `12h`, `30d`.
struct TimeAmount: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = argument.last.flatMap({ units[$0] }), let number = Double(argument.dropLast()), number >= 0,
      number <= 1e6
    else { return nil }
    seconds = number * unit
  }
}
