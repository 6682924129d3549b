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

  @Option(
    help: ArgumentHelp(
      "Leaves out what a rule of this ignore file says, besides those of every .snapignore. A .dockerignore is read by "
        + "Docker's rules, any other by git's.", valueName: "file"))
  var ignoreFile: String?

  @Flag(help: "Takes a ChromaDB directory although it is being written, or was not closed.")
  var allowLive = false

  var selection: TreeSelection {
    TreeSelection(includes: includes, excludes: excludes, ignoreFile: ignoreFile, allowsLive: allowLive)
  }
}
