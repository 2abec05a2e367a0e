// The one table of settings: environment name, flag, default and words. `--help`, the parsing and
// the tests of README read it.

import Tenancy

/// One thing that can be configured.
struct Setting: Sendable {
  /// The environment variable.
  let name: String
  /// The flag without its dashes; nil for a secret, which must never be an argument.
  let flag: String?
  /// Shown in the help; an empty one means unset.
  let standard: String
  let help: String

  static let all: [Setting] = [
    .dockerService, .composeDirectory, .launcher, .bench, .python, .masterSite, .adminPassword,
    .erpURL, .erpKey, .erpSecret, .rootUser, .rootPassword, .app, .settingsDocType, .optional,
    .siteSuffix, .plans, .country, .currency, .language, .timeZone, .roles, .loginAdministrator,
    .uniqueEmail, .pool, .concurrency, .queue, .timeout, .grace, .http,
    .logLevel, .logFormat,
  ]

  static let dockerService = Setting(
    name: "DOCKER_SERVICE", flag: "service", standard: "backend",
    help: "The compose service that holds the bench.")
  static let composeDirectory = Setting(
    name: "TENANTD_COMPOSE_DIR", flag: "compose-dir", standard: "",
    help: "The compose project's folder; unset: the current one.")
  static let launcher = Setting(
    name: "TENANTD_LAUNCHER", flag: "launcher", standard: "compose",
    help: "How to reach the bench: compose, docker:CONTAINER, kubectl:POD, local:FOLDER, or a JSON"
      + " array of words that a Python command is appended to.")
  static let bench = Setting(
    name: "TENANTD_BENCH", flag: "bench", standard: "",
    help: "The bench's folder as seen there; unset: the folder that the launcher lands in.")
  static let python = Setting(
    name: "TENANTD_PYTHON", flag: "python", standard: "env/bin/python",
    help: "The bench's Python, from the bench's folder; python3 in a sandbox.")
  static let masterSite = Setting(
    name: "FRAPPE_SITE_NAME", flag: "master-site", standard: "",
    help: "The bench's own site, which cleanup never touches.")
  static let adminPassword = Setting(
    name: "ADMIN_PASSWORD", flag: nil, standard: "",
    help: "The Administrator's password of new sites; unset: a random one for each site.")
  static let erpURL = Setting(
    name: "ERP_NEXT_URL", flag: "url", standard: "http://localhost:8080",
    help: "Where the bench answers; a tenant's URL has its scheme and port.")
  static let erpKey = Setting(
    name: "ERP_API_KEY", flag: nil, standard: "",
    help: "An API key of the master site, which doctor checks.")
  static let erpSecret = Setting(
    name: "ERP_API_SECRET", flag: nil, standard: "", help: "The secret of that key.")
  static let rootUser = Setting(
    name: "TENANTD_DB_ROOT_USER", flag: "db-root-user", standard: "",
    help: "The database server's root user; unset: the bench's root_login, else root.")
  static let rootPassword = Setting(
    name: "TENANTD_DB_ROOT_PASSWORD", flag: nil, standard: "",
    help: "Its password; unset: the bench's root_password.")
  static let app = Setting(
    name: "TENANTD_APP", flag: "app", standard: "nexus_core",
    help: "The app to install, or several with commas; one that the bench lacks is a warning.")
  static let settingsDocType = Setting(
    name: "TENANTD_SETTINGS", flag: "settings", standard: "SaaS Settings",
    help: "The Single DocType that takes the plan's limits.")
  static let optional = Setting(
    name: "TENANTD_OPTIONAL", flag: "optional", standard: "app,settings",
    help: "The steps whose failure is a warning and does not fail the signup: app, settings, both,"
      + " or none.")
  static let siteSuffix = Setting(
    name: "TENANTD_SITE_SUFFIX", flag: "site-suffix", standard: "localhost",
    help: "What follows the subdomain in a site's name.")
  static let plans = Setting(
    name: "TENANTD_PLANS", flag: "plans", standard: Plans.standardText,
    help: "Plans as NAME=USERS:GIGABYTES, with commas; either may be unlimited, and further limits"
      + " may follow, as in pro=25:50:apiCalls=10000. The default is `free`, or the first where"
      + " there is no `free`.")
  static let country = Setting(
    name: "TENANTD_COUNTRY", flag: "country", standard: "",
    help: "The country of workspaces whose signup names none, as two letters or Frappe's name;"
      + " unset: their setup wizard is left to the owner.")
  static let currency = Setting(
    name: "TENANTD_CURRENCY", flag: "currency", standard: "",
    help: "Their currency (ISO 4217); unset: the country's.")
  static let language = Setting(
    name: "TENANTD_LANGUAGE", flag: "language", standard: "",
    help: "The language of workspaces whose signup names none (BCP 47); unset: en.")
  static let timeZone = Setting(
    name: "TENANTD_TIME_ZONE", flag: "time-zone", standard: "",
    help: "Their time zone (IANA); unset: the country's first.")
  static let roles = Setting(
    name: "TENANTD_ROLES", flag: "roles", standard: "wizard",
    help: "An owner's roles beside System Manager: wizard for those that Frappe's wizard gives its"
      + " first user, or names with commas.")
  static let loginAdministrator = Setting(
    name: "TENANTD_LOGIN_ADMINISTRATOR", flag: "login-administrator", standard: "0",
    help: "1: login also makes links for a tenant's Administrator.")
  static let uniqueEmail = Setting(
    name: "TENANTD_UNIQUE_EMAIL", flag: "unique-email", standard: "1",
    help: "1: an address owns one tenant at most; 0: as many as it likes.")
  static let pool = Setting(
    name: "TENANTD_POOL", flag: "pool", standard: "2..10",
    help: "How many finished sites wait for customers on the bench: a number, or MIN..MAX to follow"
      + " the demand; 0: none are made.")
  static let concurrency = Setting(
    name: "TENANTD_CONCURRENCY", flag: "concurrency", standard: "4",
    help: "How many provisions run at once.")
  static let queue = Setting(
    name: "TENANTD_QUEUE", flag: "queue", standard: "100", help: "How many more may wait.")
  static let timeout = Setting(
    name: "TENANTD_TIMEOUT", flag: "timeout", standard: "120",
    help: "Seconds that a provision may take, unless its request says otherwise.")
  static let grace = Setting(
    name: "TENANTD_GRACE", flag: "grace", standard: "30",
    help: "Seconds for running provisions to end after SIGTERM, before they are undone.")
  static let http = Setting(
    name: "TENANTD_HTTP", flag: "http", standard: "http://127.0.0.1:8000",
    help: "The bench's web server as seen from the bench, for selftest; wsgi: asks the"
      + " application itself, as the sandbox does.")
  static let logLevel = Setting(
    name: "TENANTD_LOG", flag: "log", standard: "info", help: "error, warning, info or debug.")
  static let logFormat = Setting(
    name: "TENANTD_LOG_FORMAT", flag: "log-format", standard: "auto",
    help: "text, json, or auto: text for a terminal, JSON otherwise.")
}
