// Every way in which a call can fail: one class a kind, made from tenantd's error or from what
// happened to its process. `kind` is the stable word; branch on it, or on the class.

/** What an error's `data` may have, each where it applies. */
const members = [
  'advice', 'title', 'field', 'site', 'step', 'rolledBack', 'pending', 'suggestions', 'output',
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
export class InvalidParamsError extends TenantdError {}
export class SiteExistsError extends TenantdError {}
export class EmailInUseError extends TenantdError {}
/** An app of the bench refuses the signup: the message is its own sentence for the customer. */
export class RefusedError extends TenantdError {}
export class NoSuchSiteError extends TenantdError {}
export class DockerUnavailableError extends TenantdError {}
export class ServiceNotFoundError extends TenantdError {}
export class BenchUnreachableError extends TenantdError {}
export class DatabaseUnavailableError extends TenantdError {}
export class DatabaseDeniedError extends TenantdError {}
export class DatabaseUnsupportedError extends TenantdError {}
/** The bench's folder may be a copy of another bench's: a person has to say which it is. */
export class BenchUnprovenError extends TenantdError {}
export class StepFailedError extends TenantdError {}
export class TimeoutError extends TenantdError {}
export class CancelledError extends TenantdError {}
export class QueueFullError extends TenantdError {}
export class ShuttingDownError extends TenantdError {}
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

const classes = {
  invalid_params: InvalidParamsError,
  site_exists: SiteExistsError,
  email_in_use: EmailInUseError,
  refused: RefusedError,
  no_such_site: NoSuchSiteError,
  docker_unavailable: DockerUnavailableError,
  service_not_found: ServiceNotFoundError,
  bench_unreachable: BenchUnreachableError,
  database_unavailable: DatabaseUnavailableError,
  database_denied: DatabaseDeniedError,
  database_unsupported: DatabaseUnsupportedError,
  bench_unproven: BenchUnprovenError,
  step_failed: StepFailedError,
  timeout: TimeoutError,
  cancelled: CancelledError,
  queue_full: QueueFullError,
  shutting_down: ShuttingDownError,
  parse_error: RequestError,
  invalid_request: RequestError,
  line_too_long: RequestError,
  duplicate_id: RequestError,
  method_not_found: RequestError,
  internal_error: RequestError,
  binary_missing: BinaryMissingError,
  not_executable: NotExecutableError,
  start_failed: StartFailedError,
  version_mismatch: VersionMismatchError,
  not_responding: NotRespondingError,
  protocol_error: ProtocolError,
  process_ended: ProcessEndedError,
  closed: ClosedError,
};

/** Every kind that this package knows. */
export const kinds = Object.freeze(Object.keys(classes));

/**
 * Makes the error of a kind; one of a kind that a later tenantd has is a plain `TenantdError`.
 *
 * @param {string} kind
 * @param {string} message
 * @param {object} [data] members beside `kind`
 * @param {{ code?: number, cause?: unknown }} [more]
 * @returns {TenantdError}
 */
export function failure(kind, message, data = {}, more = {}) {
  const Class = Object.hasOwn(classes, kind) ? classes[kind] : TenantdError;
  return new Class(message, { ...data, kind }, more);
}

/**
 * Makes an error of the `error` member of a reply.
 *
 * @param {{ code?: unknown, message?: unknown, data?: unknown }} error
 * @returns {TenantdError}
 */
export function fromReply(error) {
  const data = isObject(error?.data) ? error.data : {};
  const message =
    typeof error?.message === 'string' ? error.message : 'tenantd sent an error without a message.';
  return failure(String(data.kind ?? 'unknown'), message, data, { code: error?.code });
}

/** @returns {boolean} whether it is a JSON object */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
