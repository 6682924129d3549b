import Glibc
import SnapshotEngine

do {
  try await Measure(Array(CommandLine.arguments.dropFirst())).run()
} catch {
  print("snapmeasure: \(error)")
  exit(1)
}
