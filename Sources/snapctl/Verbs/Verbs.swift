import ArgumentParser

extension Snapctl {
  /// Verbs for versions of any kind.
  static let storeVerbs: [any ParsableCommand.Type] = [
    Init.self, Create.self, Status.self, Hash.self, Sync.self, List.self, Show.self, Diff.self, Inspect.self, Cat.self,
    Export.self, Verify.self, Tag.self, Untag.self, Hold.self, Release.self, Fork.self, Evict.self, Stats.self,
    Doctor.self, Intents.self, Lock.self, Warm.self, Copy.self,
  ]

  /// Verbs for collections of vectors.
  static let vectorVerbs: [any ParsableCommand.Type] = [
    Append.self, Deltas.self, Retry.self, Compact.self, Get.self, Scan.self, Search.self, Blame.self, Reconcile.self,
  ]
}
