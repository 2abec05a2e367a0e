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
  /** The step that failed. */
  readonly step?: { number: number; title: string };
  /** Whether nothing is left of the request. */
  readonly rolledBack?: boolean;
  /** When something is left: what, and what becomes of it. */
  readonly pending?: string;
  /** The last lines that the process in the bench wrote before it failed. */
  readonly output?: string[];
  /** All members of the error's `data`. */
  readonly data: Record<string, unknown>;
}

/** The kinds that this version knows. */
export type Kind =
  | 'invalid_params' | 'site_exists' | 'email_in_use' | 'no_such_site' | 'refused'
  | 'docker_unavailable' | 'service_not_found' | 'bench_unreachable' | 'database_unavailable'
  | 'database_denied' | 'database_unsupported' | 'bench_unproven'
  | 'step_failed' | 'timeout' | 'cancelled' | 'queue_full' | 'shutting_down' | 'parse_error'
  | 'invalid_request' | 'line_too_long' | 'duplicate_id' | 'method_not_found' | 'internal_error'
  | 'binary_missing' | 'not_executable' | 'start_failed' | 'version_mismatch' | 'not_responding'
  | 'protocol_error' | 'process_ended' | 'closed';

export class InvalidParamsError extends TenantdError {}
export class SiteExistsError extends TenantdError {
  /** Subdomains that are free, when the name was derived from the organisation's. */
  readonly suggestions?: string[];
}
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
export class BenchUnprovenError extends TenantdError {}
export class StepFailedError extends TenantdError {}
export class TimeoutError extends TenantdError {}
export class CancelledError extends TenantdError {}
export class QueueFullError extends TenantdError {}
export class ShuttingDownError extends TenantdError {}
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
