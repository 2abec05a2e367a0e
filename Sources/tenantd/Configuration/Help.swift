// What `--help` prints.

enum Help {
  /// Usage, commands and every setting with its default.
  static var text: String {
    let settings = Setting.all.map { setting in
      let flag = setting.flag.map { "--\($0)" } ?? "(environment only)"
      let standard = setting.standard.isEmpty ? "" : " [\(setting.standard)]"
      return "  \(setting.name)  \(flag)\(standard)\n      \(setting.help)"
    }
    return """
      tenantd \(version): provisions Frappe/ERPNext tenants over JSON-RPC on standard input and output.

      Usage: tenantd [serve] [--sandbox[=FOLDER]] [FLAG VALUE | FLAG=VALUE]…
             tenantd doctor [--json]      says what is wrong with the bench, when something is
             tenantd selftest [--json]    makes a test tenant, checks it, removes it
             tenantd warm [--json]        makes the template and standbys before anybody comes
             tenantd identity [--json]    says which bench this is, and whether that is proven
             tenantd identity new | keep  this copy is a bench of its own | is the bench that moved
             tenantd describe             methods, kinds of errors and settings, as JSON
             tenantd --help | --version

      --sandbox keeps a bench in a temporary folder, or in FOLDER: no Docker, no Frappe.

      Settings: environment name, flag, [default]. A flag wins over the environment.
      \(settings.joined(separator: "\n"))

      """
  }
}
