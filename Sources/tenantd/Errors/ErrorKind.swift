// The kinds of errors that tenantd answers with, a row each. `rpc.discover`, protocol.md, README and
// the clients have theirs from here: `.ci/generate` after a change.

import JSONRPC

/// What a program and a person are told of all errors of a kind.
struct ErrorKind: Sendable {
  /// The stable word in `data.kind`.
  let name: String
  /// The error's number on the wire.
  let code: Int
  /// What the clients' commands end with: 10 and up, without a gap.
  let exitCode: Int
  /// When it comes, as a sentence in Markdown.
  let when: String
  /// The members of `data` beside `kind` and `advice`, in Markdown.
  let data: String
  /// What a person can do about it, in the error itself.
  let advice: String?
  /// The same at more length, in Markdown, for README.
  let remedy: String

  /// By its name; nil for a kind that is not tenantd's own, such as `parse_error`.
  static func named(_ name: String) -> ErrorKind? { all.first { $0.name == name } }

  private static let ofAJob = "`site`, `rolledBack`, `step`, `pending`"

  static let all: [ErrorKind] = [
    ErrorKind(
      name: "invalid_params", code: -32602, exitCode: 10,
      when: "A parameter is missing, wrong or unknown, or an idempotency key was used for"
        + " something"
        + " else; or the password is too weak for the site's own policy.",
      data: "`fields`; with a used key or a weak password also `site`, `rolledBack`, `pending`",
      advice: "Correct the fields and send the request again.",
      remedy: "`data.fields` names each field and what is wrong with it."),
    ErrorKind(
      name: "site_exists", code: -32001, exitCode: 11,
      when: "The name is a site, or another request is making or removing it; on Frappe 16 also:"
        + " it"
        + " was a tenant's within the last minute.",
      data: "`site`, `rolledBack`, `step`; on Frappe 16 `retryAfter`; for a derived name"
        + " `suggestions`",
      advice: "Choose another subdomain.",
      remedy: "Choose another `subdomain`. If it was your own request, repeat it with its"
        + " idempotency"
        + " key. With `data.retryAfter`: wait that many seconds."),
    ErrorKind(
      name: "email_in_use", code: -32002, exitCode: 12,
      when: "The address owns a tenant, or one is being made for it.",
      data: "`site` (the other one), `rolledBack`",
      advice: "Use another address, or set TENANTD_UNIQUE_EMAIL=0 if an owner may have several"
        + " tenants.",
      remedy: "Another address, or `TENANTD_UNIQUE_EMAIL=0`. `data.site` says which tenant it"
        + " is."),
    ErrorKind(
      name: "no_such_site", code: -32003, exitCode: 13,
      when: "The site is not on the bench.",
      data: "`site`",
      advice: "`status` without parameters tells how many tenants there are.",
      remedy: "Give the whole name, with its suffix."),
    ErrorKind(
      name: "refused", code: -32004, exitCode: 26,
      when: "An app of the bench refuses the signup: the message is its own sentence for the"
        + " customer,"
        + " as plain text.",
      data: "`title`, `field`, `site`, `rolledBack`, `pending`",
      advice: "Correct what the message says and send the request again.",
      remedy: "Show it to the customer; `data.field` says where, when that is known."),
    ErrorKind(
      name: "site_busy", code: -32005, exitCode: 27,
      when: "Another request works on the site now, of this process or of another.",
      data: "`site`",
      advice: "Send the request again in a moment.",
      remedy: "Try again; `status` of the site says what it is at."),
    ErrorKind(
      name: "not_a_tenant", code: -32006, exitCode: 28,
      when: "The site is on the bench, but is no tenant that can be worked on: tenantd did not"
        + " make"
        + " it, or its config cannot be read.",
      data: "`site`",
      advice: "`status` of the site says what it is.",
      remedy: "Name a tenant; `status` of the site says what this one is."),
    ErrorKind(
      name: "suspended", code: -32007, exitCode: 29,
      when: "The tenant is suspended, and what was asked for makes no sense then.",
      data: "`site`; of a provision also `rolledBack`",
      advice: "Let it go on first: `resume`.",
      remedy: "`resume` it, or leave it; `status` of the site says why it is suspended."),
    ErrorKind(
      name: "over_limit", code: -32008, exitCode: 30,
      when: "The tenant uses more than the plan allows; `data.exceeds` says of what.",
      data: "`site`, `exceeds`",
      advice: "Make the tenant use less, or send the request again with `force`.",
      remedy: "`data.exceeds` has `limit`, `used` and `allowed` of each; `force` changes the plan"
        + " all the same."),
    ErrorKind(
      name: "docker_unavailable", code: -32010, exitCode: 14,
      when: "Docker is missing, not running, or may not be used.",
      data: "`site`, `rolledBack`, `step`",
      advice: "Start Docker, or let this user use it; then try again.",
      remedy: "`docker info` as the same user shows it. Start Docker, or add the user to its"
        + " group."),
    ErrorKind(
      name: "service_not_found", code: -32011, exitCode: 15,
      when: "No such compose project, service or container, or it does not run.",
      data: "`site`, `rolledBack`, `step`",
      advice: "Run tenantd in the compose project's folder, or set TENANTD_COMPOSE_DIR and"
        + " DOCKER_SERVICE; `docker compose ps` shows the services.",
      remedy: "`docker compose ps` in the same folder. Set `TENANTD_COMPOSE_DIR`,"
        + " `DOCKER_SERVICE`;"
        + " start the stack."),
    ErrorKind(
      name: "bench_unreachable", code: -32012, exitCode: 16,
      when: "The agent cannot be started in the bench, or the session to it was lost and did not"
        + " come"
        + " back in the request's time.",
      data: ofAJob,
      advice: "`tenantd doctor` tells what the bench lacks.",
      remedy: "The message ends with what the bench said. “cannot import Frappe”: set"
        + " `TENANTD_PYTHON`. “is not a bench”: set `TENANTD_BENCH`. A container that restarts is"
        + " waited for."),
    ErrorKind(
      name: "database_unavailable", code: -32013, exitCode: 17,
      when: "The bench's database does not answer.",
      data: ofAJob,
      advice: "Start the bench's database; then try again.",
      remedy: "`docker compose ps db`; start it. tenantd finds it again by itself."),
    ErrorKind(
      name: "database_denied", code: -32014, exitCode: 18,
      when: "The database refuses the root login, or no root password is known.",
      data: ofAJob,
      advice: "Set TENANTD_DB_ROOT_PASSWORD (and TENANTD_DB_ROOT_USER), or root_password in the"
        + " bench's common_site_config.json.",
      remedy: "`TENANTD_DB_ROOT_PASSWORD`, `TENANTD_DB_ROOT_USER`, or `root_password` in"
        + " `common_site_config.json`."),
    ErrorKind(
      name: "bench_unproven", code: -32015, exitCode: 25,
      when: "The bench's folder may be a copy of another bench's: nothing is made or dropped"
        + " there"
        + " until a person says which it is.",
      data: ofAJob,
      advice: "If this is a copy, run `tenantd identity new`; if the bench was moved or restored"
        + " here,"
        + " and no other one has its tenants, run `tenantd identity keep`.",
      remedy: "`tenantd identity`: README, “Which bench this is”."),
    ErrorKind(
      name: "database_unsupported", code: -32016, exitCode: 24,
      when: "The bench keeps its sites in another database than MariaDB, such as PostgreSQL.",
      data: ofAJob,
      advice: "Give tenantd a bench whose db_type is mariadb.",
      remedy: "tenantd serves MariaDB: give it another bench."),
    ErrorKind(
      name: "step_failed", code: -32020, exitCode: 19,
      when: "A step failed for a reason of its own; `data.step` says which.",
      data: "`site`, `rolledBack`, `step`, `pending`, `output`",
      advice: "The log on standard error has the details.",
      remedy: "The message has Frappe's first line, the log with `--log debug` all of it."
        + " Nothing is"
        + " left of the attempt when `rolledBack` is true."),
    ErrorKind(
      name: "timeout", code: -32021, exitCode: 20,
      when: "The request's time was over, waiting in the queue included.",
      data: ofAJob,
      advice: "Try again; raise `timeout` if the bench is slow.",
      remedy: "Look at `status` for how many wait. Raise `timeout` or `TENANTD_TIMEOUT`."),
    ErrorKind(
      name: "cancelled", code: -32022, exitCode: 21,
      when: "The request was cancelled.",
      data: "`site`, `rolledBack`, `step`, `pending`; of a cleanup: `report`",
      advice: nil,
      remedy: "Nothing."),
    ErrorKind(
      name: "queue_full", code: RPCError.queueFullCode, exitCode: 22,
      when: "As many provisions wait as may, or more is in flight than may be.",
      data: "of a provision `site`, `rolledBack`",
      advice: "Try again in a moment, or raise TENANTD_QUEUE.",
      remedy: "Try again later, raise `TENANTD_QUEUE`, or `TENANTD_CONCURRENCY` if the machine"
        + " has"
        + " room."),
    ErrorKind(
      name: "shutting_down", code: -32024, exitCode: 23,
      when: "tenantd is ending and takes no new work.",
      data: ofAJob,
      advice: "Send the request again when tenantd has been started again.",
      remedy: "Send it to the next one."),
  ]

  var json: JSON {
    var row: JSONObject = [
      "kind": .string(name), "number": .integer(Int64(code)),
      "exitCode": .integer(Int64(exitCode)), "when": .string(when), "data": .string(data),
    ]
    row["advice"] = advice.map { .string($0) }
    row["remedy"] = .string(remedy)
    return .object(row)
  }
}
