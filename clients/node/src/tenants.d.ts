// The types of tenants that exist: what is told of one, and the methods that find and change them.

/** A plan and its limits; `null` is unlimited. */
export interface Plan {
  name: string;
  users: number | null;
  storageGB: number | null;
  /** Further ones by name, such as `apiCalls` a day. */
  limits: Record<string, number | null>;
}

// generated: states (by .ci/generate, from `tenantd describe`)
export type TenantState =
  | 'provisioning' | 'active' | 'suspended' | 'preparing' | 'ready' | 'claiming' | 'dropping'
  | 'standby' | 'template' | 'foreign' | 'broken' | 'alias';
// end of what is generated

export interface TenantStatus {
  site: string;
  /** What protocol.md says of each. */
  state: TenantState;
  url?: string;
  /** Of a `broken` or a `suspended` one: why. */
  reason?: string;
  /** Of a `suspended` one. */
  mode?: 'blocked' | 'read_only';
  /** Of a `suspended` one: RFC 3339. */
  since?: string;
  /** Of an `alias`: the site that it leads to. */
  of?: string;
  plan?: Plan;
  owner?: string;
  organization?: string;
  /** RFC 3339. */
  created?: string;
  /** What its signup had to leave out. */
  warnings?: string[];
  step?: number;
  seconds?: number;
}

/** Which tenants; what is left out fits all. */
export interface TenantQuery {
  state?: TenantState;
  /** A plan's name. */
  plan?: string;
  /** An owner's address, without regard to case. */
  owner?: string;
  /** A glob for names or subdomains. */
  pattern?: string;
  /** Words that name, organisation or owner must hold, all of them. */
  search?: string;
  /** Absent: `site`. */
  sort?: 'site' | 'created';
  descending?: boolean;
  /** How many a page, 1 to 1000. Absent: 100. */
  limit?: number;
  /** Where to begin: the `next` of a page. */
  after?: string;
}

export interface RotateKeysParams {
  site: string;
  /** Absent: the owner. */
  user?: string;
  /** Seconds for the whole request, 1 to 3600. */
  timeout?: number;
}

export interface RotatedKeys {
  site: string;
  user: string;
  /** 64 hex characters. */
  apiKey: string;
  /** 64 hex characters. It is told this once. */
  apiSecret: string;
  seconds: number;
}
