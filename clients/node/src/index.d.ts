// The types of the package: what each method takes and returns, and the errors.

import type { CleanupParams, CleanupProgress, CleanupReport } from './cleanup.js';
import type {
  ChangePlanParams, PlanChange, Resumed, Suspension, SuspendParams, UsageParams, UsageReport,
} from './life.js';
import type { Plan, RotatedKeys, RotateKeysParams, TenantQuery, TenantStatus } from './tenants.js';

export * from './cleanup.js';
export * from './errors.js';
export * from './life.js';
export * from './tenants.js';

/** The version of this package. It works with every tenantd of the same major and minor version. */
export const version: string;

/** How tenantd is found and run. Everything can be left out. */
export interface TenantdOptions {
  /** The program: a path, or a name in PATH. Absent: `TENANTD_BINARY`, else `tenantd`. */
  binary?: string;
  /** More arguments, such as `['--app', 'my_app']`; see `tenantd --help`. Never put a secret here. */
  args?: readonly string[];
  /** The folder that it runs in: the compose project's. Absent: the current one. */
  cwd?: string;
  /**
   * Variables that it gets beside those that it and Docker need; `undefined` takes one out. No other
   * variable of this process reaches it. Absent: none.
   */
  env?: Record<string, string | undefined>;
  /** `true`: a temporary sandbox; a string: a sandbox in that folder. Absent: a real bench. */
  sandbox?: boolean | string;
  /** Seconds in which it must answer for the first time. Absent: 10. */
  startTimeout?: number;
  /** Seconds of silence, while calls wait, after which it is asked for a sign of life. Absent: 15. */
  hangTimeout?: number;
  /**
   * Gets each line of its log, of clients that share it as well; `false`: nobody does. Absent:
   * standard error.
   */
  log?: ((line: string) => void) | false;
  /** Whether clients with the same options share one process. Absent: `true`. */
  share?: boolean;
}

/** What any call can be given. */
export interface CallOptions {
  /**
   * Ends the call: tenantd undoes what it began, then the promise rejects with `CancelledError`. It
   * resolves when the work was done already.
   */
  signal?: AbortSignal;
  /** Seconds. Absent: no limit of its own, or tenantd's (120) for `provision`. */
  timeout?: number;
}

export interface ProvisionOptions extends CallOptions {
  /** Called when a step begins, ends or has something to say; never after the call has settled. */
  onProgress?: (progress: ProvisionProgress) => void;
}

export interface CleanupOptions extends CallOptions {
  onProgress?: (progress: CleanupProgress) => void;
}

/** A signup. */
export interface ProvisionParams {
  /** Gives the subdomain too, unless there is one: `Acme Corporation` is `acme-corp`. */
  organizationName: string;
  /** The owner's name. */
  fullName: string;
  /** The owner's address, and user name in the site. */
  email: string;
  /** 12 characters or more, not a common or personal one. Absent: one is made and returned once. */
  password?: string;
  subdomain?: string;
  /** Absent: the first configured plan, `free`. */
  plan?: string;
  /** The workspace's: two letters, or Frappe's own name. Absent: `TENANTD_COUNTRY`, else none. */
  country?: string;
  /** ISO 4217. Absent: the country's. */
  currency?: string;
  /** BCP 47. Absent: `TENANTD_LANGUAGE`, else `en`. */
  language?: string;
  /** IANA. Absent: the country's. */
  timeZone?: string;
  /** One that ERPNext has for the country. */
  chartOfAccounts?: string;
  /** MM-DD. Absent: the country's. */
  fiscalYearStart?: string;
  /** Absent: `organizationName`. */
  companyName?: string;
  /** At most 10 characters. Absent: the company's initials. */
  abbreviation?: string;
  /** Whether the answer is to hold a link that logs the owner in once; `expires` in seconds. */
  login?: boolean | { expires?: number };
  /**
   * The same key again answers with the same tenant, and never makes a second one. A call that has
   * one is repeated when tenantd dies under it. 1 to 255 visible ASCII characters.
   */
  idempotencyKey?: string;
  /** Seconds for the whole request, 1 to 3600. */
  timeout?: number;
}

export interface StepTime {
  /** 1 to 5. */
  step: number;
  title: string;
  seconds: number;
}

/** What the workspace is: `wizard`, where the owner will meet Frappe's setup wizard. */
export interface Setup {
  state: 'done' | 'wizard';
  company?: string;
  abbreviation?: string;
  country?: string;
  currency?: string;
  language?: string;
  timeZone?: string;
  chartOfAccounts?: string;
  fiscalYear?: string;
}

/** A link that logs somebody in once. Whoever has it is the user. */
export interface Login {
  url: string;
  /** UTC, as RFC 3339. */
  expires: string;
}

/** A finished workspace. */
export interface Tenant {
  /** Such as `acme-corp.localhost`. */
  site: string;
  url: string;
  /** The owner's user name: the address. */
  user: string;
  /** 64 hex characters. */
  apiKey: string;
  /** 64 hex characters. It is told this once. */
  apiSecret: string;
  /** Only when tenantd made it. */
  password?: string;
  plan: Plan;
  setup: Setup;
  /** The owner's. */
  roles: string[];
  /** Only when it was asked for. */
  login?: Login;
  /** Where the site came from; absent when it was `reissued`. */
  path?: 'standby' | 'copy' | 'wizard' | 'install';
  /** Whether the tenant was there already (same `idempotencyKey`) and only has new keys. */
  reissued: boolean;
  steps: StepTime[];
  /** Sentences: what a customer does not see, but an operator should. */
  warnings: string[];
  seconds: number;
}

export interface ProvisionProgress {
  /** The request's, for `cancel`. */
  id: number;
  site: string;
  /** 1 to 5. */
  step: number;
  of: number;
  title: string;
  /** `restarted`: the bench went away; what was begun is undone and begins again at step 1. */
  state: 'started' | 'done' | 'warning' | 'restarted';
  /** With `warning` and `restarted`: a sentence. */
  message?: string;
  /** Since the step began. */
  seconds: number;
}

export interface Job {
  site: string;
  step?: number;
  title?: string;
  seconds: number;
}

export interface ServiceStatus {
  version: string;
  /** Seconds. */
  uptime: number;
  bench: {
    /** `ready`, `connecting`, or the kind of what is wrong. */
    state: string;
    error?: string;
    advice?: string;
    frappe?: string;
    /** Versions by name. */
    apps?: Record<string, string>;
    path?: string;
    database?: string;
    /** The bench does not answer now: seconds since it told what is told of it. */
    age?: number;
  };
  jobs: {
    running: Job[];
    /** The next one first. */
    queued: Job[];
    concurrency: number;
    capacity: number;
    /** Tenants made since the start, by where their sites came from. */
    served: { standby: number; copy: number; wizard: number; install: number };
  };
  /**
   * The finished sites that wait for customers: how many there may be, should be, and are.
   * `failure`: why they cannot be made.
   */
  pool: {
    min: number;
    max: number;
    wanted: number;
    ready?: number;
    template?: boolean;
    failure?: { reason: string; at: string; tries: number };
  };
  /** How many of tenantd's sites are in which state; `null` when the bench has told nothing yet. */
  tenants: Record<string, number> | null;
}

/**
 * A client. It starts tenantd at the first call and keeps it; the process ends with this one, and a
 * program that has nothing else to do can end although it runs.
 */
export class Tenantd {
  constructor(options?: TenantdOptions);
  /** Makes a tenant: all of it, or nothing. */
  provision(params: ProvisionParams, options?: ProvisionOptions): Promise<Tenant>;
  /** How the service and its bench are. */
  status(params?: Record<string, never>, options?: CallOptions): Promise<ServiceStatus>;
  /** How one tenant is. */
  status(params: { site: string }, options?: CallOptions): Promise<TenantStatus>;
  /** A link that logs a user of a tenant in once: the owner unless told, for 60 s unless told. */
  login(
    params: { site: string; user?: string; expires?: number },
    options?: CallOptions,
  ): Promise<Login & { user: string }>;
  /** All tenants that fit, whatever their number: pages are fetched as they are needed. */
  tenants(
    query?: TenantQuery, options?: CallOptions,
  ): AsyncGenerator<TenantStatus, void, undefined>;
  /** Gives a user of a tenant new API keys; the old ones end. */
  rotateKeys(params: RotateKeysParams, options?: CallOptions): Promise<RotatedKeys>;
  /** Another plan; `OverLimitError` where the tenant uses more than it allows. */
  changePlan(params: ChangePlanParams, options?: CallOptions): Promise<PlanChange>;
  /** Stops a tenant, or leaves it to be read. Twice is once. */
  suspend(params: SuspendParams, options?: CallOptions): Promise<Suspension>;
  /** Lets it go on as it was. Twice is once. */
  resume(params: { site: string; timeout?: number }, options?: CallOptions): Promise<Resumed>;
  /** What tenants use, measured now; all of them unless told. */
  usage(params?: UsageParams, options?: CallOptions): Promise<UsageReport>;
  /** Drops tenants, and what dead provisions left. */
  cleanup(params: CleanupParams, options?: CleanupOptions): Promise<CleanupReport>;
  ping(options?: CallOptions): Promise<'pong'>;
  /** The methods as an OpenRPC document. */
  discover(options?: CallOptions): Promise<Record<string, unknown>>;
  /** Ends a request by the id that its progress has; an `AbortSignal` is the easier way. */
  cancel(id: number, options?: CallOptions): Promise<{ found: boolean }>;
  /** Any method, as tenantd knows it. */
  call(method: string, params?: object, options?: ProvisionOptions): Promise<unknown>;
  /** The process that runs now; `undefined` when none does. */
  readonly pid: number | undefined;
  /**
   * Waits for this client's calls, then ends the process, unless another client has calls in
   * flight. Later calls reject with `ClosedError`.
   */
  close(): Promise<void>;
}
