import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `trials of compression` {
  @Test func `stop after eight whole chunks in a row that stayed as they were, but for one in sixteen`() {
    var trials = CompressionTrials()
    for _ in 0..<8 { trials.note(.chunks, wasTried: trials.shouldTry(.chunks), isCompressed: false) }
    let tried = (1...32).filter { _ in trials.shouldTry(.chunks) }
    #expect(tried == [16, 32])
    for kind in [FrameKind.patches, .pages] {
      let isTried = trials.shouldTry(kind)
      #expect(isTried)
    }
    trials.note(.pages, wasTried: true, isCompressed: true)
    let isTriedStill = trials.shouldTry(.chunks)
    #expect(!isTriedStill)
    trials.note(.chunks, wasTried: true, isCompressed: true)
    let isTriedAgain = trials.shouldTry(.chunks)
    #expect(isTriedAgain)
  }

  @Test func `go on as long as one of eight becomes smaller`() {
    var trials = CompressionTrials()
    for number in 1...64 {
      let isTried = trials.shouldTry(.chunks)
      #expect(isTried)
      trials.note(.chunks, wasTried: isTried, isCompressed: number.isMultiple(of: 8))
    }
  }
}
