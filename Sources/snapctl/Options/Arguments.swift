public import ArgumentParser
public import SnapshotEngine

extension CatalogChoice: ExpressibleByArgument {}
extension EngineConfiguration.Mode: ExpressibleByArgument {}
extension VerifiedTier: ExpressibleByArgument {}
extension LineFormat: ExpressibleByArgument {}
extension VectorMetric: ExpressibleByArgument {}
extension S3Configuration.Style: ExpressibleByArgument {}
