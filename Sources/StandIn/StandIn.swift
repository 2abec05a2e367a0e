// The stand-in for Frappe, embedded in the binary: what a sandbox has in Frappe's place.

/// Python modules that look like Frappe's to whoever uses those of its functions that tenantd does.
public enum StandIn {
  /// The one whose `create` makes a bench in a folder, or leaves the one that is there.
  public static let maker = "frappe.sandbox"

  /// The modules by dotted name; a package without code of its own is empty.
  public static let modules: [(name: String, source: [UInt8])] = [
    ("erpnext", []), ("erpnext.accounts", []), ("erpnext.accounts.doctype", []),
    ("erpnext.accounts.doctype.account", []),
    ("erpnext.accounts.doctype.account.chart_of_accounts", []),
    (
      "erpnext.accounts.doctype.account.chart_of_accounts.chart_of_accounts",
      PackageResources.erpnext_accounts_doctype_account_chart_of_accounts_chart_of_accounts_py
    ),
    ("frappe.app", PackageResources.frappe_app_py),
    ("frappe.auth", PackageResources.frappe_auth_py),
    ("frappe.cache_manager", PackageResources.frappe_cache_manager_py),
    ("frappe.core", []), ("frappe.core.doctype", []), ("frappe.core.doctype.user", []),
    ("frappe.core.doctype.user.user", PackageResources.frappe_core_doctype_user_user_py),
    ("frappe.database.db_manager", PackageResources.frappe_database_db_manager_py),
    ("frappe.database.inside", PackageResources.frappe_database_inside_py),
    ("frappe.database.locks", PackageResources.frappe_database_locks_py),
    ("frappe.database", PackageResources.frappe_database_py),
    ("frappe.database.server", PackageResources.frappe_database_server_py),
    ("frappe.database.setup_db", PackageResources.frappe_database_setup_db_py),
    ("frappe.database.sqlite", PackageResources.frappe_database_sqlite_py),
    ("frappe.desk", []), ("frappe.desk.page", []), ("frappe.desk.page.setup_wizard", []),
    (
      "frappe.desk.page.setup_wizard.setup_wizard",
      PackageResources.frappe_desk_page_setup_wizard_setup_wizard_py
    ),
    ("frappe.email", []), ("frappe.email.doctype", []), ("frappe.email.doctype.email_queue", []),
    (
      "frappe.email.doctype.email_queue.email_queue",
      PackageResources.frappe_email_doctype_email_queue_email_queue_py
    ),
    ("frappe.exceptions", PackageResources.frappe_exceptions_py),
    ("frappe.geo", []), ("frappe.geo.country_info", PackageResources.frappe_geo_country_info_py),
    ("frappe.installer", PackageResources.frappe_installer_py),
    ("frappe.model.doctypes", PackageResources.frappe_model_doctypes_py),
    ("frappe.model.naming", PackageResources.frappe_model_naming_py),
    ("frappe.model", PackageResources.frappe_model_py),
    ("frappe", PackageResources.frappe_py),
    ("frappe.realtime", PackageResources.frappe_realtime_py),
    ("frappe.sandbox", PackageResources.frappe_sandbox_py),
    ("frappe.utils.background_jobs", PackageResources.frappe_utils_background_jobs_py),
    ("frappe.utils.global_search", PackageResources.frappe_utils_global_search_py),
    ("frappe.utils.logger", PackageResources.frappe_utils_logger_py),
    ("frappe.utils.momentjs", PackageResources.frappe_utils_momentjs_py),
    ("frappe.utils.password", PackageResources.frappe_utils_password_py),
    ("frappe.utils", PackageResources.frappe_utils_py),
    ("frappe.utils.redis_wrapper", PackageResources.frappe_utils_redis_wrapper_py),
    ("frappe.utils.synchronization", PackageResources.frappe_utils_synchronization_py),
    ("frappe.www", []), ("frappe.www.login", PackageResources.frappe_www_login_py),
  ]
}
