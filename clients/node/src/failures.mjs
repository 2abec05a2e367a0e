// Errors as values: made from tenantd's reply, or from what happened to its process.

import * as errors from './errors.mjs';

// generated: table (by .ci/generate, from `tenantd describe`)
const ofTenantd = {
  invalid_params: errors.InvalidParamsError,
  site_exists: errors.SiteExistsError,
  email_in_use: errors.EmailInUseError,
  no_such_site: errors.NoSuchSiteError,
  refused: errors.RefusedError,
  site_busy: errors.SiteBusyError,
  not_a_tenant: errors.NotATenantError,
  suspended: errors.SuspendedError,
  over_limit: errors.OverLimitError,
  docker_unavailable: errors.DockerUnavailableError,
  service_not_found: errors.ServiceNotFoundError,
  bench_unreachable: errors.BenchUnreachableError,
  database_unavailable: errors.DatabaseUnavailableError,
  database_denied: errors.DatabaseDeniedError,
  bench_unproven: errors.BenchUnprovenError,
  database_unsupported: errors.DatabaseUnsupportedError,
  step_failed: errors.StepFailedError,
  timeout: errors.TimeoutError,
  cancelled: errors.CancelledError,
  queue_full: errors.QueueFullError,
  shutting_down: errors.ShuttingDownError,
};
// end of what is generated

const classes = {
  ...ofTenantd,
  parse_error: errors.RequestError,
  invalid_request: errors.RequestError,
  line_too_long: errors.RequestError,
  duplicate_id: errors.RequestError,
  method_not_found: errors.RequestError,
  internal_error: errors.RequestError,
  binary_missing: errors.BinaryMissingError,
  not_executable: errors.NotExecutableError,
  start_failed: errors.StartFailedError,
  version_mismatch: errors.VersionMismatchError,
  not_responding: errors.NotRespondingError,
  protocol_error: errors.ProtocolError,
  process_ended: errors.ProcessEndedError,
  closed: errors.ClosedError,
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
 * @returns {import('./errors.mjs').TenantdError}
 */
export function failure(kind, message, data = {}, more = {}) {
  const Class = Object.hasOwn(classes, kind) ? classes[kind] : errors.TenantdError;
  return new Class(message, { ...data, kind }, more);
}

/**
 * Makes an error of the `error` member of a reply.
 *
 * @param {{ code?: unknown, message?: unknown, data?: unknown }} error
 * @returns {import('./errors.mjs').TenantdError}
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
