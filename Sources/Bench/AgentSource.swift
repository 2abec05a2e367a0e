// The agent's Python modules, embedded in the binary, and how they reach the bench's Python.

import JSONRPC

/// The program that a session sends to the bench's Python when it starts.
enum AgentSource {
  /// What stands in the argument vector: reads the loader from standard input, by length.
  static let bootstrap = """
    import os
    def read(n):
     b=b""
     while len(b)<n:
      c=os.read(0,n-len(b))
      if not c:raise SystemExit("tenantd agent: the program did not arrive whole")
      b+=c
     return b
    exec(read(int(read(10))))
    """

  /// The modules by dotted name.
  static let agent: [(name: String, source: [UInt8])] = [
    ("tenantd_agent", []),
    ("tenantd_agent.agent", PackageResources.agent_py),
    ("tenantd_agent.aside_jobs", PackageResources.aside_jobs_py),
    ("tenantd_agent.build", PackageResources.build_py),
    ("tenantd_agent.caches", PackageResources.caches_py),
    ("tenantd_agent.cancel", PackageResources.cancel_py),
    ("tenantd_agent.change_plan", PackageResources.change_plan_py),
    ("tenantd_agent.changes", PackageResources.changes_py),
    ("tenantd_agent.children", PackageResources.children_py),
    ("tenantd_agent.claim", PackageResources.claim_py),
    ("tenantd_agent.config", PackageResources.config_py),
    ("tenantd_agent.content", PackageResources.content_py),
    ("tenantd_agent.copying", PackageResources.copying_py),
    ("tenantd_agent.drop", PackageResources.drop_py),
    ("tenantd_agent.every", PackageResources.every_py),
    ("tenantd_agent.files", PackageResources.files_py),
    ("tenantd_agent.folder", PackageResources.folder_py),
    ("tenantd_agent.forkserver", PackageResources.forkserver_py),
    ("tenantd_agent.guard", PackageResources.guard_py),
    ("tenantd_agent.held", PackageResources.held_py),
    ("tenantd_agent.hello", PackageResources.hello_py),
    ("tenantd_agent.hot", PackageResources.hot_py),
    ("tenantd_agent.http", PackageResources.http_py),
    ("tenantd_agent.identity", PackageResources.identity_py),
    ("tenantd_agent.imports", PackageResources.imports_py),
    ("tenantd_agent.index", PackageResources.index_py),
    ("tenantd_agent.install", PackageResources.install_py),
    ("tenantd_agent.jobs", PackageResources.jobs_py),
    ("tenantd_agent.keeper", PackageResources.keeper_py),
    ("tenantd_agent.lifecycle", PackageResources.lifecycle_py),
    ("tenantd_agent.measure", PackageResources.measure_py),
    ("tenantd_agent.locks", PackageResources.locks_py),
    ("tenantd_agent.login", PackageResources.login_py),
    ("tenantd_agent.main", PackageResources.main_py),
    ("tenantd_agent.methods", PackageResources.methods_py),
    ("tenantd_agent.note", PackageResources.note_py),
    ("tenantd_agent.objects", PackageResources.objects_py),
    ("tenantd_agent.optional", PackageResources.optional_py),
    ("tenantd_agent.orders", PackageResources.orders_py),
    ("tenantd_agent.output", PackageResources.output_py),
    ("tenantd_agent.overview", PackageResources.overview_py),
    ("tenantd_agent.owner", PackageResources.owner_py),
    ("tenantd_agent.plan", PackageResources.plan_py),
    ("tenantd_agent.ownership", PackageResources.ownership_py),
    ("tenantd_agent.ping", PackageResources.ping_py),
    ("tenantd_agent.predecessor", PackageResources.predecessor_py),
    ("tenantd_agent.prepare", PackageResources.prepare_py),
    ("tenantd_agent.profile", PackageResources.profile_py),
    ("tenantd_agent.profiles", PackageResources.profiles_py),
    ("tenantd_agent.recent", PackageResources.recent_py),
    ("tenantd_agent.reconcile", PackageResources.reconcile_py),
    ("tenantd_agent.refusal", PackageResources.refusal_py),
    ("tenantd_agent.rehearsal", PackageResources.rehearsal_py),
    ("tenantd_agent.reissue", PackageResources.reissue_py),
    ("tenantd_agent.release", PackageResources.release_py),
    ("tenantd_agent.remnants", PackageResources.remnants_py),
    ("tenantd_agent.replies", PackageResources.replies_py),
    ("tenantd_agent.reservations", PackageResources.reservations_py),
    ("tenantd_agent.reserve", PackageResources.reserve_py),
    ("tenantd_agent.rotate_keys", PackageResources.rotate_keys_py),
    ("tenantd_agent.secrecy", PackageResources.secrecy_py),
    ("tenantd_agent.server", PackageResources.server_py),
    ("tenantd_agent.sites", PackageResources.sites_py),
    ("tenantd_agent.snapshot", PackageResources.snapshot_py),
    ("tenantd_agent.standby", PackageResources.standby_py),
    ("tenantd_agent.steps", PackageResources.steps_py),
    ("tenantd_agent.survey", PackageResources.survey_py),
    ("tenantd_agent.suspend", PackageResources.suspend_py),
    ("tenantd_agent.suspension", PackageResources.suspension_py),
    ("tenantd_agent.template", PackageResources.template_py),
    ("tenantd_agent.tenant", PackageResources.tenant_py),
    ("tenantd_agent.tenants", PackageResources.tenants_py),
    ("tenantd_agent.undo", PackageResources.undo_py),
    ("tenantd_agent.usage", PackageResources.usage_py),
    ("tenantd_agent.verify", PackageResources.verify_py),
    ("tenantd_agent.versions", PackageResources.versions_py),
    ("tenantd_agent.watch", PackageResources.watch_py),
    ("tenantd_agent.wire", PackageResources.wire_py),
    ("tenantd_agent.wizard", PackageResources.wizard_py),
    ("tenantd_agent.workspace", PackageResources.workspace_py),
  ]

  /// The bytes that start an agent: the loader and the modules, each behind its length in ten digits.
  ///
  /// - Parameter more: Modules beside the agent's own.
  static func program(with more: [Launcher.Module]) -> [UInt8] {
    var modules = JSONObject()
    for module in agent + more.map({ ($0.name, $0.source) }) {
      modules[module.name] = .string(String(decoding: module.source, as: UTF8.self))
    }
    return counted(PackageResources.loader_py) + counted(JSON.object(modules).encoded())
  }

  private static func counted(_ bytes: [UInt8]) -> [UInt8] {
    let digits = String(bytes.count)
    let zeros = String(repeating: "0", count: max(0, 10 - digits.utf8.count))
    return Array((zeros + digits).utf8) + bytes
  }
}
