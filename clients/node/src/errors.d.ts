// The types of the errors: one class a kind.

export interface FieldError {
  /** The parameter's name. */
  field: string;
  /** Such as `must not be empty`. */
  reason: string;
}

/** What all errors of the package are. */
export class TenantdError extends Error {
  /** The stable word for programs, such as `site_exists`. */
  readonly kind: Kind | (string & {});
  /** The number of tenantd's error; absent when the error is of the process itself. */
  readonly code?: number;
  /** What is wrong with which parameter; empty when the error is another. */
  readonly fields: FieldError[];
  /** What a person can do about it. */
  readonly advice?: string;
  /** Of `refused`: what the app writes above its sentence. */
  readonly title?: string;
  /** Of `refused`: the parameter that the sentence is about, where that is known. */
  readonly field?: string;
  readonly site?: string;
  /** Of `site_exists`: subdomains that are free, when the name was derived from the organisation's. */
  readonly suggestions?: string[];
  /** The step that failed. */
  readonly step?: { number: number; title: string };
  /** Whether nothing is left of the request. */
  readonly rolledBack?: boolean;
  /** When something is left: what, and what becomes of it. */
  readonly pending?: string;
  /** The last lines that the process in the bench wrote before it failed. */
  readonly output?: string[];
  /** Of `over_limit`: what the tenant uses more of than the plan allows. */
  readonly exceeds?: { limit: string; used: number; allowed: number }[];
  /** All members of the error's `data`. */
  readonly data: Record<string, unknown>;
}

/** The kinds that this version knows. */
export type Kind =
  | KindOfTenantd
  | 'parse_error' | 'invalid_request' | 'line_too_long' | 'duplicate_id' | 'method_not_found'
  | 'internal_error' | 'binary_missing' | 'not_executable' | 'start_failed' | 'version_mismatch'
  | 'not_responding' | 'protocol_error' | 'process_ended' | 'closed';

// generated: kinds (by .ci/generate, from `tenantd describe`)
export type KindOfTenantd =
  | 'invalid_params' | 'site_exists' | 'email_in_use' | 'no_such_site' | 'refused' | 'site_busy'
  | 'not_a_tenant' | 'suspended' | 'over_limit' | 'docker_unavailable' | 'service_not_found'
  | 'bench_unreachable' | 'database_unavailable' | 'database_denied' | 'bench_unproven'
  | 'database_unsupported' | 'step_failed' | 'timeout' | 'cancelled' | 'queue_full'
  | 'shutting_down';
// end of what is generated

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
/** A request that cannot be served as it stands: `kind` says why. */
export class RequestError extends TenantdError {}
/** There is no such program. */
export class BinaryMissingError extends TenantdError {}
/** It may not be run. */
export class NotExecutableError extends TenantdError {}
/** It ended before it answered, as it does when a setting is wrong. */
export class StartFailedError extends TenantdError {}
/** It is a tenantd that this package was not made for. */
export class VersionMismatchError extends TenantdError {}
/** It runs and says nothing. */
export class NotRespondingError extends TenantdError {}
/** It writes something that is not the protocol. */
export class ProtocolError extends TenantdError {}
/** It ended while the call was in flight. */
export class ProcessEndedError extends TenantdError {}
/** The client was closed. */
export class ClosedError extends TenantdError {}
