internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// An intent that is there, or what is wrong with it.
package struct ListedIntent: Sendable {
  package let key: ObjectKey
  package let intent: Result<Intent, FormatError>

  /// How long ago the work began, by the clocks of its owner and of this machine; nil when that cannot be read.
  package func ageMilliseconds(at now: Timestamp) -> Int64? {
    guard case .success(let intent) = intent else { return nil }
    let (age, isAbsurd) = now.milliseconds.subtractingReportingOverflow(intent.started.milliseconds)
    return isAbsurd ? nil : max(age, 0)
  }

  /// Whether its time to live is over. For people to look at; never decides safety.
  package func isOverdue(at now: Timestamp) -> Bool {
    guard case .success(let intent) = intent, let age = ageMilliseconds(at: now) else { return true }
    return age > Int64(intent.secondsToLive) * 1_000
  }
}

extension Intents {
  /// All intents, ascending by id, at most `listedCountMax`. One that vanishes meanwhile is left out.
  package func list() throws(CatalogError) -> [ListedIntent] {
    let keys: [ObjectKey]
    do throws(TierError) {
      keys = try origin.list(.intents(collection), after: nil, limit: Intents.listedCountMax)
    } catch { throw .tier(error) }
    var listed: [ListedIntent] = []
    for key in keys {
      guard let identifier = IntentIdentifier(hex: key.lastComponent) else { continue }
      if let intent = try read(identifier) { listed.append(ListedIntent(key: key, intent: intent)) }
    }
    return listed
  }

  private func read(_ identifier: IntentIdentifier) throws(CatalogError) -> Result<Intent, FormatError>? {
    do throws(CatalogError) {
      guard let bytes = try origin.sealedObject(.intent(collection, identifier)) else { return nil }
      return decode(bytes, identifier)
    } catch {
      guard case .damaged(_, let reason) = error else { throw error }
      return .failure(reason)
    }
  }

  private func decode(_ bytes: [UInt8], _ identifier: IntentIdentifier) -> Result<Intent, FormatError> {
    do throws(FormatError) {
      return .success(try Intent(decoding: bytes.rawSpan, collection: collection, identifier: identifier))
    } catch {
      return .failure(error)
    }
  }
}
