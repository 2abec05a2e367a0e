// `provision`: a signup's form in, a tenant out.

import Bench
import JSONRPC
import Tenancy

struct ProvisionMethod: Method {
  // Their rules are the domain's (`SignupRules`), which looks at their lengths and forms.
  private static let organizationName = Parameter(
    name: "organizationName", schema: .string(lengths: 1...140),
    meaning: "The customer's organisation; the subdomain is derived from it unless given.",
    isRequired: true)
  private static let fullName = Parameter(
    name: "fullName", schema: .string(lengths: 1...140), meaning: "The owner's name.",
    isRequired: true)
  private static let email = Parameter(
    name: "email", schema: .string(lengths: 1...140, format: "email"),
    meaning: "The owner's address, and user name in the site.", isRequired: true)
  private static let password = Parameter(
    name: "password", schema: .string(lengths: 12...128),
    meaning: "The owner's password; absent: a strong one is made and returned once.")
  private static let subdomain = Parameter(
    name: "subdomain", schema: .string(pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    meaning: "The site's first label.")
  private static let plan = Parameter(
    name: "plan", schema: .string,
    meaning: "A configured plan's name; absent: the first one, free.")
  private static let idempotencyKey = Parameter(
    name: "idempotencyKey", schema: .string(lengths: 1...255),
    meaning: "The same key again answers with the same tenant.")

  static let declaration = Declaration(
    name: "provision", summary: "Makes a tenant, all or nothing.",
    parameters: [
      organizationName, fullName, email, password, subdomain, plan,
    ] + Workspace.parameters + [LoginWish.parameter, idempotencyKey, .timeout, .progress],
    result: (
      "tenant",
      .object(
        [
          .always("site", .string), .always("url", .string), .always("user", .string),
          .always("apiKey", .string(pattern: "^[0-9a-f]{64}$")),
          .always("apiSecret", .string(pattern: "^[0-9a-f]{64}$")),
          .maybe("password", .string, "Only when tenantd made it."),
          .always("plan", Plan.schema), .always("setup", Workspace.setup),
          .always("roles", .array(.string)), .maybe("login", Agent.Login.schema),
          .maybe(
            "path", .oneOf(SitePath.allCases.map(\.rawValue)),
            "Where the site came from; absent for a reissue."),
          .always(
            "reissued", .boolean,
            "Whether the tenant was there already and only has new keys."),
          .always(
            "steps",
            .array(
              .object([
                .always("step", .integer(1...Step.allCases.count)), .always("title", .string),
                .always("seconds", .number),
              ]))),
          .always("warnings", .array(.string)), .always("seconds", .number),
        ], isClosed: true)
    ),
    progress: StepProgress.schema,
    errors: ["site_exists", "email_in_use", "suspended", "refused"] + Declaration.benchErrors
      + ["step_failed", "timeout", "cancelled", "queue_full", "shutting_down"])

  private let order: Order
  private let secret: Secret
  private let isPasswordGenerated: Bool
  private let wantsProgress: Bool
  /// Whether the name was made of the organisation's, so that another one may be suggested.
  private let isDerived: Bool

  init(_ parameters: inout Parameters, _ configuration: Configuration) throws(RPCError) {
    var signup = Signup(
      organizationName: parameters.text(Self.organizationName),
      fullName: parameters.text(Self.fullName), email: parameters.text(Self.email),
      subdomain: parameters.text(Self.subdomain), plan: parameters.string(Self.plan),
      idempotencyKey: parameters.text(Self.idempotencyKey),
      timeout: parameters.anyNumber(.timeout))
    for parameter in Workspace.parameters {
      guard let field = Workspace.Field(rawValue: parameter.name) else { continue }
      signup.workspace[field] = parameters.text(parameter)
    }
    signup.login = parameters.login()
    let given = parameters.text(Self.password).map { Secret($0) }
    wantsProgress = parameters.bool(.progress) ?? false
    let faults = parameters.faults()
    do throws(Failure) {
      order = try configuration.rules.order(from: signup, password: given?.revealed)
    } catch {
      guard case .invalid(let more) = error else { throw error.rpcError }
      // A field that was told already is missing for the rules, which would be noise.
      let told = Set(faults.map(\.field))
      throw Failure.invalid(faults + more.filter { !told.contains($0.field) }).rpcError
    }
    isPasswordGenerated = given == nil
    isDerived = signup.subdomain == nil
    secret = given ?? .generated()
  }

  func handle(_ call: Call) -> Handling {
    let notify = call.notifier(wantsProgress)
    return .task { () throws(RPCError) in try await run(call.service, notify) }
  }

  private func run(_ service: Service, _ notify: @escaping Notifier) async throws(RPCError) -> JSON
  {
    let site = order.site
    do throws(JobFailure) {
      let tenant = try await service.provisioner.provision(
        order, progress: { notify($0.notification(site: site)) },
        claim: service.bench.claim(password: secret, isGenerated: isPasswordGenerated))
      return answer(tenant, service.configuration)
    } catch {
      guard isDerived, case .siteExists = error.failure else { throw error.rpcError }
      let free = await service.bench.suggestions(for: order, besides: service.provisioner)
      throw error.rpcError(["suggestions": .array(free.map { .string($0) })])
    }
  }

  private func answer(
    _ tenant: Provisioned<Agent.Keys>, _ configuration: Configuration
  ) -> JSON {
    var result: JSONObject = [
      "site": .string(tenant.site), "url": .string(configuration.address.url(of: tenant.site)),
      "user": .string(tenant.credentials.user),
      "apiKey": .string(tenant.credentials.apiKey.revealed),
      "apiSecret": .string(tenant.credentials.apiSecret.revealed),
    ]
    result["password"] = tenant.credentials.password.map { .string($0.revealed) }
    result["plan"] = (tenant.credentials.plan ?? order.plan).json
    result["setup"] = tenant.credentials.setup
    result["roles"] = .array(tenant.credentials.roles.map { .string($0) })
    result["login"] = tenant.credentials.login?.json
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

extension Secret {
  /// Twenty characters from an alphabet without look-alikes: 113 bits.
  static func generated() -> Secret {
    let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
    return Secret(String((0..<20).compactMap { _ in alphabet.randomElement() }))
  }
}
