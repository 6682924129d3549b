import ArgumentParser
import SnapshotEngine

/// Which part of a directory is taken.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: .customLong("include"),
    help: ArgumentHelp("Takes only what matches; may be repeated.", valueName: "pattern"))
  var includes: [String] = []

  @Option(
    name: .customLong("exclude"),
    help: ArgumentHelp("Leaves out what matches; may be repeated.", valueName: "pattern"))
  var excludes: [String] = []

  @Option(help: ArgumentHelp("Leaves out what matches a pattern of this file.", valueName: "file"))
  var ignoreFile: String?

  var selection: TreeSelection {
    TreeSelection(includes: includes, excludes: excludes, ignoreFile: ignoreFile)
  }
}
