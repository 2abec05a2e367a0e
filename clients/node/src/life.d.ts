// The types of a tenant's life: its plan, whether it is suspended, what it uses.

import type { Plan } from './tenants.js';

export interface ChangePlanParams {
  site: string;
  /** A plan of `TENANTD_PLANS`. */
  plan: string;
  /** Also when the tenant uses more than the plan allows. */
  force?: boolean;
  /** Only tell. */
  dryRun?: boolean;
  /** Seconds for the whole request, 1 to 3600. */
  timeout?: number;
}

/** A limit that a tenant is above. */
export interface Excess {
  /** `users`, `storageGB`, or a further limit's name. */
  limit: string;
  used: number;
  allowed: number;
}

export interface PlanChange {
  site: string;
  plan: Plan;
  previous?: Plan;
  exceeds: Excess[];
  /** `false`: it had that plan. Of a `dryRun`: whether it would change. */
  changed: boolean;
  dryRun: boolean;
  warnings: string[];
  seconds: number;
}

export type SuspensionMode = 'blocked' | 'read_only';

export interface SuspendParams {
  site: string;
  /** Absent: `blocked`. */
  mode?: SuspensionMode;
  /** For the people who see the page; at most 500 characters. */
  reason?: string;
  /** Seconds for the whole request, 1 to 3600. */
  timeout?: number;
}

export interface Suspension {
  site: string;
  state: 'suspended';
  mode: SuspensionMode;
  reason?: string;
  /** RFC 3339. */
  since: string;
  /** `false`: it was so already. */
  changed: boolean;
  /** What does not hold, a sentence each. */
  warnings: string[];
  seconds: number;
}

export interface Resumed {
  site: string;
  state: 'active';
  /** `false`: it was not suspended. */
  changed: boolean;
  warnings: string[];
  seconds: number;
}

/** `sites`, `pattern`, or both; neither: all tenants. */
export interface UsageParams {
  sites?: readonly string[];
  /** A glob for names or subdomains. */
  pattern?: string;
  /** Days of API calls, today included, 1 to 90. Absent: 1. */
  days?: number;
  /** Seconds for the whole request, 1 to 3600. */
  timeout?: number;
}

export interface Usage {
  site: string;
  /** `null`: unlimited. */
  users: { active: number; limit: number | null };
  /** Bytes. */
  storage: {
    database: number;
    publicFiles: number;
    privateFiles: number;
    backups: number;
    total: number;
    limit: number | null;
  };
  /** A day each, today last; empty where no app counts. */
  apiCalls: { date: string; count: number }[];
  /** RFC 3339. */
  lastActivity?: string;
  /** RFC 3339. */
  measured: string;
}

export interface UsageReport {
  usage: Usage[];
  failed: { site: string; reason: string }[];
  seconds: number;
}
