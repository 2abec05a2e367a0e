// The types of a clean-up: what is to go, what has gone, and how far it is.

/** One of `sites`, `pattern`, `orphans` and `pool` must be there. */
export interface CleanupParams {
  /** Whole names. */
  sites?: readonly string[];
  /** A glob for names or subdomains of tenants, such as `test-*`. */
  pattern?: string;
  /** Also databases, database users, folders and locks that dead provisions left. */
  orphans?: boolean;
  /** Also the standbys and the template; this process makes no new ones. */
  pool?: boolean;
  /** With `sites`: also sites that tenantd did not make. */
  force?: boolean;
  /** Only tell. */
  dryRun?: boolean;
  /** Seconds before the first deletion, in which the call can be taken back. Absent: 5. */
  delay?: number;
}

export interface CleanupReport {
  dryRun: boolean;
  dropped: { kind: string; name: string }[];
  failed: { kind: string; name: string; reason: string }[];
  kept: { site: string; reason: string }[];
  seconds: number;
}

/** First `waiting`, when there is a delay; then two for each site. */
export type CleanupProgress =
  | { id: number; state: 'waiting'; seconds: number; of: number }
  | {
      id: number;
      state: 'started' | 'done' | 'failed';
      site: string;
      step: number;
      of: number;
      title: string;
    };
