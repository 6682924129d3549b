// swift-tools-version: 6.2
import PackageDescription

/// One language for every target: Swift 6 mode, memory safety spelled out, imports explicit.
let houseSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

/// A module of the engine. Its dependencies are the walls of docs/ARCHITECTURE.md: imports point down only.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: houseSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: houseSettings)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
/// Only with the trait: a first build without it takes minutes less.
let httpClient = Target.Dependency.product(
  name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["S3"]))
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
  Target.Dependency.product(name: $0, package: "swift-nio", condition: .when(traits: ["S3"]))
}
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["S3"]))

let package = Package(
  name: "snapshot-engine",
  products: [
    .library(name: "SnapshotEngine", targets: ["SnapshotEngine"]),
    .executable(name: "snapctl", targets: ["snapctl"]),
  ],
  traits: [
    .trait(name: "S3", description: "Stores on S3, and the HTTP client they need."),
    .default(enabledTraits: ["S3"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
  ],
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CRocksDB", linkerSettings: [.linkedLibrary("rocksdb")]),
    .target(name: "CSystemCalls"),
    .target(name: "CKernels"),

    module("Primitives", ["CKernels", crypto]),
    module("SnapshotFormat", ["Primitives", "CZstd"]),
    module("FileIO", ["Primitives", "CSystemCalls"]),
    module("ObjectTier", ["Primitives", "SnapshotFormat"]),
    module("FileTier", ["Primitives", "SnapshotFormat", "ObjectTier", "FileIO"]),
    module(
      "MountTier", ["Primitives", "SnapshotFormat", "ObjectTier", "FileIO", "FileTier", "CSystemCalls"]),
    module("HTTPTransport", ["Primitives"]),
    module("AsyncHTTPTransport", ["Primitives", "HTTPTransport", httpClient, nioSSL] + nio),
    module("S3Tier", ["Primitives", "SnapshotFormat", "ObjectTier", "HTTPTransport", crypto]),
    module("Catalog", ["Primitives", "SnapshotFormat", "ObjectTier"]),
    module("DirectoryCatalog", ["Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "FileIO"]),
    module("RocksDBCatalog", ["Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "FileIO", "CRocksDB"]),
    module("SnapshotStore", ["Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "FileIO"]),
    module("LiveDatabases", ["Primitives", "FileIO", "SnapshotStore", "CSQLite"]),
    module("SnapshotSync", ["Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "FileIO", "SnapshotStore"]),
    module("VectorCollections", ["Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "FileIO", "SnapshotStore"]),
    module("JobAdapters", ["Primitives", "SnapshotFormat", "SnapshotStore", "VectorCollections"]),
    module(
      "SnapshotEngine",
      [
        "Primitives", "SnapshotFormat", "FileIO", "ObjectTier", "FileTier", "Catalog", "DirectoryCatalog",
        "RocksDBCatalog", "SnapshotStore", "LiveDatabases", "SnapshotSync", "VectorCollections", "JobAdapters",
        "S3Tier", "MountTier",
        "HTTPTransport", logging, .target(name: "AsyncHTTPTransport", condition: .when(traits: ["S3"])),
      ]
    ),
    .executableTarget(
      name: "snapctl", dependencies: ["SnapshotEngine", "Primitives", "CSystemCalls", arguments, logging],
      swiftSettings: houseSettings
    ),

    tests("TidyTests", []),
    tests("ReadmeTests", ["SnapshotEngine"]),
    tests(
      "SnapctlTests",
      ["TestServers", "Primitives", "FileIO", "SnapshotFormat", "ObjectTier", "SnapshotEngine", "snapctl"]),
    // What is fuzzed, and replayed from the saved corpus by the tests.
    .target(
      name: "FuzzEntries",
      dependencies: ["Primitives", "SnapshotFormat", "VectorCollections", "JobAdapters", "S3Tier", "CZstd"],
      path: "Tests/Fuzz/Entries",
      swiftSettings: houseSettings),
    tests("FuzzCorpusTests", ["FuzzEntries"]),
    // Directories and threads of their own, for the tests that touch the file system.
    .target(name: "TestFiles", dependencies: ["FileIO"], path: "Tests/TestFiles", swiftSettings: houseSettings),
    tests("FileIOTests", ["TestFiles", "CSystemCalls", "Primitives", "FileIO"]),
    // A tier in memory, held to the rules of all tiers by TierTests, and what others are made of that interfere.
    .target(
      name: "TestTiers", dependencies: ["Primitives", "SnapshotFormat", "ObjectTier"], path: "Tests/TestTiers",
      swiftSettings: houseSettings),
    tests("ObjectTierTests", ["TestTiers", "Primitives", "SnapshotFormat", "ObjectTier"]),
    // Servers that tests start, each once for a process.
    .target(
      name: "TestServers",
      dependencies: [
        "Primitives", "SnapshotFormat", "ObjectTier", "HTTPTransport", "S3Tier",
        .target(name: "AsyncHTTPTransport", condition: .when(traits: ["S3"])),
      ],
      path: "Tests/TestServers", swiftSettings: houseSettings),
    tests("S3TierTests", ["Primitives", "SnapshotFormat", "ObjectTier", "HTTPTransport", "S3Tier"]),
    tests(
      "TierTests",
      [
        "TestFiles", "TestServers", "TestTiers", "Primitives", "SnapshotFormat", "ObjectTier", "FileIO", "FileTier",
        "MountTier", "HTTPTransport", "snapctl", .target(name: "AsyncHTTPTransport", condition: .when(traits: ["S3"])),
      ]),
    tests(
      "SnapshotStoreTests",
      [
        "TestTiers", "Primitives", "SnapshotFormat", "ObjectTier", "FileIO", "FileTier", "Catalog", "DirectoryCatalog",
        "SnapshotStore",
      ]),
    tests(
      "LiveDatabasesTests",
      [
        "Primitives", "SnapshotFormat", "FileIO", "FileTier", "ObjectTier", "Catalog", "DirectoryCatalog",
        "SnapshotStore",
        "LiveDatabases", "CSQLite", "TestFiles",
      ]),
    // Operations from a seed, for the tests of all modules that know records.
    .target(
      name: "RecordSamples", dependencies: ["Primitives", "SnapshotFormat"], path: "Tests/RecordSamples",
      swiftSettings: houseSettings),
    tests(
      "SnapshotSyncTests",
      [
        "Primitives", "SnapshotFormat", "FileIO", "ObjectTier", "FileTier", "Catalog", "DirectoryCatalog",
        "SnapshotStore", "SnapshotSync",
      ]),
    // The protocols of the store under a scheduler, a clock and faults that all come from a seed.
    .target(
      name: "Simulator",
      dependencies: [
        "Primitives", "SnapshotFormat", "FileIO", "ObjectTier", "Catalog", "DirectoryCatalog", "SnapshotStore",
        "VectorCollections", "RecordSamples", "TestTiers",
      ],
      path: "Tests/Simulation/Simulator", swiftSettings: houseSettings),
    tests("SimulatorTests", ["Simulator", "TestFiles"]),
    tests("SnapshotFormatTests", ["Primitives", "SnapshotFormat", "RecordSamples"]),
    tests(
      "VectorCollectionsTests",
      [
        "TestTiers", "Primitives", "SnapshotFormat", "ObjectTier", "FileTier", "Catalog", "DirectoryCatalog",
        "SnapshotStore", "VectorCollections", "RecordSamples",
      ]),
    tests("JobAdaptersTests", ["Primitives", "SnapshotFormat", "VectorCollections", "JobAdapters"]),
    tests(
      "CatalogTests",
      [
        "TestServers", "TestTiers", "Primitives", "SnapshotFormat", "ObjectTier", "FileIO", "FileTier", "Catalog",
        "DirectoryCatalog", "RocksDBCatalog", "MountTier", "snapctl",
      ]),
  ],
  // RocksDB's headers.
  cxxLanguageStandard: .cxx17
)

/// The fuzzer, only when it is asked for: the decoders are then built to report their coverage and to check addresses.
@MainActor func addFuzzer() {
  let fuzzed: Set = ["Primitives", "SnapshotFormat", "VectorCollections", "JobAdapters", "S3Tier", "FuzzEntries"]
  for target in package.targets where fuzzed.contains(target.name) {
    target.swiftSettings = houseSettings + [.unsafeFlags(["-sanitize=fuzzer,address"])]
  }
  package.targets.append(
    .executableTarget(
      name: "snapfuzz", dependencies: ["FuzzEntries"], path: "Tests/Fuzz/Runner",
      swiftSettings: houseSettings + [.unsafeFlags(["-sanitize=address"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]))
}

if Context.environment["SNAP_FUZZ"] != nil { addFuzzer() }

/// Mutated stores, a million of them, only when they are asked for.
@MainActor func addMutations() {
  package.targets.append(
    .executableTarget(
      name: "snapmutate",
      dependencies: [
        "Primitives", "SnapshotFormat", "ObjectTier", "FileIO", "Catalog", "DirectoryCatalog", "SnapshotStore",
        "SnapshotSync", "VectorCollections", "RecordSamples", "FuzzEntries",
      ],
      path: "Tests/Mutations", swiftSettings: houseSettings))
}

if Context.environment["SNAP_MUTATE"] != nil { addMutations() }

/// Simulations, a hundred thousand of them, only when they are asked for.
@MainActor func addSimulations() {
  package.targets.append(
    .executableTarget(
      name: "snapsimulate", dependencies: ["Primitives", "FileIO", "SnapshotStore", "Simulator"],
      path: "Tests/Simulation/Runner", swiftSettings: houseSettings))
}

if Context.environment["SNAP_SIMULATE"] != nil { addSimulations() }

/// What measures reading in process, only when it is asked for.
@MainActor func addMeasure() {
  package.targets.append(
    .executableTarget(
      name: "snapmeasure", dependencies: ["SnapshotEngine", logging], path: "Tests/Measure",
      swiftSettings: houseSettings))
}

if Context.environment["SNAP_MEASURE"] != nil { addMeasure() }

/// What stores data under each profile, only when it is asked for.
@MainActor func addProfiles() {
  package.targets.append(
    .executableTarget(
      name: "snapprofiles",
      dependencies: [
        "TestTiers", "Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "DirectoryCatalog", "SnapshotStore",
      ],
      path: "Tests/Profiles", swiftSettings: houseSettings))
}

if Context.environment["SNAP_PROFILES"] != nil { addProfiles() }
