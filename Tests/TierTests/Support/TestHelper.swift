import FileIO
import Foundation
import MountTier
import TestFiles
import TestServers

/// The helper processes of the tests: `snapctl`, as it was built beside them, and one that misbehaves.
enum TestHelper {
  static var program: MountProgram {
    MountProgram(path: BuiltProgram.snapctl, arguments: ["snapctl", "serve-mount", "tests"])
  }

  /// What a helper that went mad does with each request.
  enum Fault: String, CaseIterable {
    /// Answers what is no answer.
    case garbage
    /// Answers a request that nobody made.
    case other
    /// Says it left more than there is room for.
    case huge
    /// Says it left another number of bytes than were asked for.
    case short
    /// Answers with more than a message holds.
    case long
    /// Ends.
    case exit
    /// Does nothing.
    case silent
  }

  static func misbehaving(_ fault: Fault, in directory: TemporaryDirectory) throws -> MountProgram {
    let script = "\(directory.path)/helper.py"
    try Data(text.utf8).write(to: URL(filePath: script))
    return MountProgram(path: "/usr/bin/python3", arguments: ["python3", script, fault.rawValue])
  }

  /// Opens whatever it is told to, and then does what its argument says.
  private static let text = """
    import os, random, select, socket, struct, sys
    fault = sys.argv[1]
    control, slots = socket.socket(fileno=4), [socket.socket(fileno=5 + number) for number in range(8)]
    def reply(number, value=0, count=0):
        return struct.pack("<IBBBBIQQQH", 0x414D4E53, 1, 0, 0, 1, number, value, 0, count, 0)
    control.recv(8192)
    control.send(reply(0, os.getpid()))
    while True:
        for ready in select.select([control, *slots], [], [])[0]:
            request = ready.recv(8192)
            if not request or fault == "exit":
                sys.exit()
            number = struct.unpack_from("<I", request, 8)[0]
            if fault == "garbage":
                ready.send(random.Random(1).randbytes(100))
            elif fault == "other":
                ready.send(reply(number + 1))
            elif fault == "huge":
                ready.send(reply(number, count=1 << 40))
            elif fault == "short":
                ready.send(reply(number, count=7))
            elif fault == "long":
                ready.send(reply(number) + bytes(50000))
    """
}
