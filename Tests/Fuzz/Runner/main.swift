import FuzzEntries
import Glibc

/// The fuzzer: `snapfuzz --entry=NAME [libFuzzer's own options and folders]`. `--list` names the entries;
/// `--seeds=FOLDER` writes an entry's seeds into a folder that is there, and does not fuzz.
enum Runner {
  /// libFuzzer starts this program again when it merges, without our options: they are in the environment then.
  private static let variable = "SNAP_FUZZ_ENTRY"

  static let entry: FuzzEntry? = {
    if let name = option("--entry=") { unsafe setenv(variable, name, 1) }
    return unsafe getenv(variable).flatMap { unsafe FuzzEntry(rawValue: String(cString: $0)) }
  }()

  static func option(_ name: String) -> String? {
    CommandLine.arguments.first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
  }

  /// What is not ours is libFuzzer's.
  static var others: [String] {
    CommandLine.arguments.filter { !$0.hasPrefix("--") }
  }

  static func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) {
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    do throws(FuzzFinding) { _ = try entry?.run(bytes) } catch {
      complain("finding: \(error)\n")
      abort()
    }
  }

  static func complain(_ text: String) {
    _ = unsafe write(2, text, text.utf8.count)
  }

  static func writeSeeds(to folder: String) throws {
    for (number, seed) in try (entry?.seeds() ?? []).enumerated() {
      guard let file = unsafe fopen("\(folder)/seed-\(number)", "wb") else { exit(2) }
      unsafe fwrite(seed, 1, seed.count, file)
      unsafe fclose(file)
    }
  }
}

/// libFuzzer looks for this name; without it the program does not link.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  unsafe Runner.fuzz(data, count)
  return 0
}

typealias FuzzCallback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>, _ callback: FuzzCallback
)
  -> CInt

if CommandLine.arguments.contains("--list") {
  print(FuzzEntry.allCases.map(\.rawValue).joined(separator: "\n"))
} else if Runner.entry == nil {
  Runner.complain("snapfuzz: --entry=NAME is missing, or is none of --list\n")
  exit(2)
} else if let folder = Runner.option("--seeds=") {
  try Runner.writeSeeds(to: folder)
} else {
  let others = Runner.others
  var count = CInt(others.count)
  // Safe: as many pointers as arguments, and the null that ends them; libFuzzer keeps them to the end of the process.
  var arguments = Arguments.allocate(capacity: others.count + 1)
  for (index, text) in others.enumerated() { unsafe arguments[index] = strdup(text) }
  unsafe arguments[others.count] = nil
  exit(unsafe runDriver(&count, &arguments, { unsafe fuzzOneInput($0, $1) }))
}
