import Glibc

if let options = Options(Array(CommandLine.arguments.dropFirst())) {
  do {
    exit(try Run(options).run())
  } catch {
    say("STOPPED: \(error)")
    exit(2)
  }
} else {
  say(Options.usage)
  exit(CommandLine.arguments.contains("--help") ? 0 : 2)
}
