internal import FileIO
internal import FileTier
internal import ObjectTier

/// What a helper opens, as it is said in a request.
struct MountOpening {
  let path: String
  var role = TierRole.origin
  var createIfMissing = false
  var durability = Durability.none

  init(path: String, _ options: MountedTier.Options) {
    self.path = path
    (role, createIfMissing, durability) = (options.role, options.createIfMissing, options.durability)
  }

  init(_ request: MountRequest) {
    path = request.name
    role = request.first & 1 == 0 ? .origin : .cache
    createIfMissing = request.first & 2 != 0
    durability = request.first & 4 != 0 ? .full : .none
  }

  var flags: UInt64 {
    (role == .cache ? 1 : 0) | (createIfMissing ? 2 : 0) | (durability == .full ? 4 : 0)
  }

  /// A sync reads range after range of one pack.
  private static let openPackSeconds = 1.0

  var options: FileObjectTier.Options {
    var options = FileObjectTier.Options(role: role, createIfMissing: createIfMissing, durability: durability)
    options.keepsPacksOpenSeconds = MountOpening.openPackSeconds
    return options
  }
}
