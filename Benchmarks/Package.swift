// swift-tools-version: 6.2
import PackageDescription

/// The settings of the engine's targets, but for those that the code which the plug-in writes does not keep.
let houseSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "snapshot-engine-benchmarks",
  dependencies: [
    // Without stores on S3: their stack is half of a first build, and nothing here is measured over a network.
    .package(name: "snapshot-engine", path: "..", traits: []),
    // Without its own counters of allocations, which need more than a Swift toolchain.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "AllocationCounter", path: "AllocationCounter"),
    // The plug-in of the benchmarks runs the executables that lie right below a folder called Benchmarks: this one.
    .executableTarget(
      name: "Engine",
      dependencies: [
        "AllocationCounter",
        .product(name: "SnapshotEngine", package: "snapshot-engine"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Engine",
      swiftSettings: houseSettings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
    ),
  ]
)
