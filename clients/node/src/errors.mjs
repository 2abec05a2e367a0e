// Every way in which a call can fail: one class a kind. `kind` is the stable word; branch on it, or
// on the class.

/** What an error's `data` may have, each where it applies. */
const members = [
  'advice', 'title', 'field', 'site', 'step', 'rolledBack', 'pending', 'suggestions', 'output',
  'exceeds',
];

/** What all errors of this package are. `kind` says which one it is. */
export class TenantdError extends Error {
  /**
   * @param {string} message a sentence for a person
   * @param {object} [data] the members of the error's `data`, `kind` among them
   * @param {{ code?: number, cause?: unknown }} [more]
   */
  constructor(message, data = {}, { code, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.kind = typeof data.kind === 'string' ? data.kind : 'unknown';
    if (code !== undefined) this.code = code;
    this.fields = Array.isArray(data.fields) ? data.fields : [];
    for (const name of members) {
      if (data[name] !== undefined) this[name] = data[name];
    }
    // Whole, for what a later tenantd adds; not shown a second time when the error is printed.
    Object.defineProperty(this, 'data', { value: data });
  }
}

// The errors that tenantd sends.
// generated: classes (by .ci/generate, from `tenantd describe`)
/**
 * A parameter is missing, wrong or unknown, or an idempotency key was used for something else; or
 * the password is too weak for the site's own policy.
 */
export class InvalidParamsError extends TenantdError {}
/**
 * The name is a site, or another request is making or removing it; on Frappe 16 also: it was a
 * tenant's within the last minute.
 */
export class SiteExistsError extends TenantdError {}
/** The address owns a tenant, or one is being made for it. */
export class EmailInUseError extends TenantdError {}
/** The site is not on the bench. */
export class NoSuchSiteError extends TenantdError {}
/**
 * An app of the bench refuses the signup: the message is its own sentence for the customer, as
 * plain text.
 */
export class RefusedError extends TenantdError {}
/** Another request works on the site now, of this process or of another. */
export class SiteBusyError extends TenantdError {}
/**
 * The site is on the bench, but is no tenant that can be worked on: tenantd did not make it, or its
 * config cannot be read.
 */
export class NotATenantError extends TenantdError {}
/** The tenant is suspended, and what was asked for makes no sense then. */
export class SuspendedError extends TenantdError {}
/** The tenant uses more than the plan allows; data.exceeds says of what. */
export class OverLimitError extends TenantdError {}
/** Docker is missing, not running, or may not be used. */
export class DockerUnavailableError extends TenantdError {}
/** No such compose project, service or container, or it does not run. */
export class ServiceNotFoundError extends TenantdError {}
/**
 * The agent cannot be started in the bench, or the session to it was lost and did not come back in
 * the request's time.
 */
export class BenchUnreachableError extends TenantdError {}
/** The bench's database does not answer. */
export class DatabaseUnavailableError extends TenantdError {}
/** The database refuses the root login, or no root password is known. */
export class DatabaseDeniedError extends TenantdError {}
/**
 * The bench's folder may be a copy of another bench's: nothing is made or dropped there until a
 * person says which it is.
 */
export class BenchUnprovenError extends TenantdError {}
/** The bench keeps its sites in another database than MariaDB, such as PostgreSQL. */
export class DatabaseUnsupportedError extends TenantdError {}
/** A step failed for a reason of its own; data.step says which. */
export class StepFailedError extends TenantdError {}
/** The request's time was over, waiting in the queue included. */
export class TimeoutError extends TenantdError {}
/** The request was cancelled. */
export class CancelledError extends TenantdError {}
/** As many provisions wait as may, or more is in flight than may be. */
export class QueueFullError extends TenantdError {}
/** tenantd is ending and takes no new work. */
export class ShuttingDownError extends TenantdError {}
// end of what is generated
/** A request that tenantd cannot serve as it stands: its `kind` says why. */
export class RequestError extends TenantdError {}

// The errors of the process itself, which only a client can know of.
/** There is no such file, or none in PATH. */
export class BinaryMissingError extends TenantdError {}
/** The file is there and may not be run. */
export class NotExecutableError extends TenantdError {}
/** The process ended before it answered, as it does when a setting is wrong. */
export class StartFailedError extends TenantdError {}
/** The program is a tenantd that this package was not made for. */
export class VersionMismatchError extends TenantdError {}
/** The process runs and says nothing. */
export class NotRespondingError extends TenantdError {}
/** The process writes something that is not the protocol. */
export class ProtocolError extends TenantdError {}
/** The process ended while the call was in flight. */
export class ProcessEndedError extends TenantdError {}
/** The client was closed. */
export class ClosedError extends TenantdError {}
