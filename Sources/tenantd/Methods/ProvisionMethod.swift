// `provision`: a signup's form in, a tenant out.

import Bench
import JSONRPC
import Tenancy

/// One decoded and checked request.
struct ProvisionMethod: Sendable {
  let order: Order
  let password: Secret
  let isPasswordGenerated: Bool
  let progress: Bool
  /// Whether the name was made of the organisation's, so that another one may be suggested.
  let isDerived: Bool

  /// - Throws: `invalid_params` with every fault of every field.
  init(_ parameters: inout Parameters, _ rules: SignupRules) throws(RPCError) {
    var signup = Signup(
      organizationName: parameters.text("organizationName"),
      fullName: parameters.text("fullName"), email: parameters.text("email"),
      subdomain: parameters.text("subdomain"), plan: parameters.string("plan"),
      idempotencyKey: parameters.text("idempotencyKey"), timeout: parameters.number("timeout"))
    for field in Workspace.Field.allCases {
      signup.workspace[field] = parameters.text(field.rawValue)
    }
    signup.login = parameters.login("login")
    let given = parameters.text("password").map { Secret($0) }
    progress = parameters.bool("progress") ?? false
    let faults = parameters.faults()
    do throws(Failure) {
      order = try rules.order(from: signup, password: given?.revealed)
    } catch {
      guard case .invalid(let more) = error else { throw error.rpcError }
      // A field of the wrong type was told as such; that it is missing too would be noise.
      let told = Set(faults.map(\.field))
      throw Failure.invalid(faults + more.filter { !told.contains($0.field) }).rpcError
    }
    if !faults.isEmpty { throw Failure.invalid(faults).rpcError }
    isPasswordGenerated = given == nil
    isDerived = signup.subdomain == nil
    password = given ?? .generated()
  }

  func run(_ service: Service, _ notify: @escaping Notifier) async throws(RPCError) -> JSON {
    let site = order.site
    do throws(JobFailure) {
      let tenant = try await service.provisioner.provision(
        order, progress: { notify($0.notification(site: site)) },
        claim: service.bench.claim(password: password, isGenerated: isPasswordGenerated))
      return answer(tenant, service.configuration)
    } catch {
      guard isDerived, case .siteExists = error.failure else { throw error.rpcError }
      let free = await service.bench.suggestions(for: order, besides: service.provisioner)
      throw error.rpcError(["suggestions": .array(free.map { .string($0) })])
    }
  }

  private func answer(
    _ tenant: Provisioned<TenantGrant>, _ configuration: Configuration
  ) -> JSON {
    var result: JSONObject = [
      "site": .string(tenant.site), "url": .string(configuration.address.url(of: tenant.site)),
      "user": .string(tenant.grant.user), "apiKey": .string(tenant.grant.apiKey.revealed),
      "apiSecret": .string(tenant.grant.apiSecret.revealed),
    ]
    result["password"] = tenant.grant.password.map { .string($0.revealed) }
    result["plan"] = order.plan.json
    result["setup"] = tenant.grant.setup
    result["roles"] = .array(tenant.grant.roles.map { .string($0) })
    result["login"] = tenant.grant.login?.json
    result["path"] = tenant.path.map { .string($0.rawValue) }
    result["reissued"] = .bool(tenant.reissued)
    result["steps"] = .array(
      tenant.steps.map {
        [
          "step": .integer(Int64($0.step.rawValue)), "title": .string($0.step.title),
          "seconds": $0.elapsed.json,
        ]
      })
    result["warnings"] = .array(tenant.warnings.map { .string($0) })
    result["seconds"] = tenant.elapsed.json
    return .object(result)
  }
}

extension Plan {
  var json: JSON {
    [
      "name": .string(name), "users": .integer(Int64(users)),
      "storageGB": .integer(Int64(storageGB)),
    ]
  }
}

extension StepProgress {
  /// The members of a `progress` notification.
  func notification(site: String) -> JSONObject {
    var body: JSONObject = [
      "site": .string(site), "step": .integer(Int64(step.rawValue)),
      "of": .integer(Int64(Step.allCases.count)), "title": .string(step.title),
    ]
    switch state {
    case .started: body["state"] = "started"
    case .done: body["state"] = "done"
    case .warning(let sentence):
      body["state"] = "warning"
      body["message"] = .string(sentence)
    case .restarted(let sentence):
      body["state"] = "restarted"
      body["message"] = .string(sentence)
    }
    body["seconds"] = elapsed.json
    return body
  }
}

extension Secret {
  /// Twenty characters from an alphabet without look-alikes: 113 bits.
  static func generated() -> Secret {
    let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
    return Secret(String((0..<20).compactMap { _ in alphabet.randomElement() }))
  }
}
