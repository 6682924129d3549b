import Glibc

do {
  try Profiles(Array(CommandLine.arguments.dropFirst())).run()
} catch {
  print("snapprofiles: \(error)")
  exit(1)
}
