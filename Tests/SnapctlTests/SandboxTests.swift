import Foundation
import Testing

@Suite struct `In a sandbox that refuses openat2` {
  private var support: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Support")
  }

  @Test func `every step goes on without it, and no link leads out`() throws {
    let program = try Program.withOneVersion()
    try program.write("mine\n", to: "outside/b")
    func confined(_ verb: String) -> String {
      "python3 '\(support.path)/refusing.py' '\(Program.location.path)' \(verb) --store store"
    }
    try program.shell(
      """
      export HOME=$PWD
      \(confined("sync words copy"))
      cmp tree/deep/b copy/deep/b
      echo two > copy/a
      \(confined("create words copy"))
      \(confined("verify"))
      rm -r copy/deep; ln -s ../outside copy/deep
      \(confined("sync words@1 copy"))
      cmp tree/deep/b copy/deep/b; test "$(cat outside/b)" = mine
      """)
  }
}
