// `tenantd identity`: says which bench this is and whether that is proven; `new` and `keep` are a
// person's word on it.

import Bench
import JSONRPC
import Tenancy

enum Identity {
  /// Prints the bench's identity; the exit code is 0 when it is proven. Nothing else is done on the
  /// bench: no reconciliation, no pool.
  static func run(
    _ configuration: Configuration, take change: Agent.IdentityChange?, json: Bool
  ) async -> Int32 {
    let service = Service(configuration)
    return await withTaskGroup(of: Int32?.self) { group in
      group.addTask {
        await service.session.run()
        return nil
      }
      let code = await tell(service, change, json)
      await service.session.close()
      return code
    }
  }

  private static func tell(
    _ service: Service, _ change: Agent.IdentityChange?, _ json: Bool
  ) async -> Int32 {
    do throws(BenchError) {
      let found = try await service.agent.identity(change)
      print(json ? String(decoding: found.json.encoded(), as: UTF8.self) : text(found))
      return found.doubt == nil ? 0 : 1
    } catch {
      let failure = error.failure(site: "")
      let document: JSON = [
        "error": .object(["kind": .string(failure.kind), "message": .string(failure.sentence)])
      ]
      print(json ? String(decoding: document.encoded(), as: UTF8.self) : failure.sentence)
      return 1
    }
  }

  private static func text(_ found: Agent.Identity) -> String {
    let doubt = found.doubt.map { Failure.benchUnproven(reason: $0) }
    let first =
      doubt.map { "\($0.sentence)\n\($0.advice ?? "")" }
      ?? "\(found.folder) is bench \(found.id ?? "")."
    let known = found.benches.map { "\n  \($0)" }.joined()
    return first + "\nBenches that tenantd has served on this database server:\(known)"
  }
}

extension Agent.Identity {
  var json: JSON {
    var body: JSONObject = ["folder": .string(folder), "proven": .bool(doubt == nil)]
    body["id"] = id.map { .string($0) }
    body["reason"] = doubt.map { .string($0) }
    body["benches"] = .array(benches.map { .string($0) })
    return .object(body)
  }
}
