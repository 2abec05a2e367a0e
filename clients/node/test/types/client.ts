// What the types of the client accept and refuse. Compiled by `npm run check`, never run.

import {
  CancelledError, SiteExistsError, Tenantd, TenantdError, version,
  type CleanupProgress, type CleanupReport, type FieldError, type Kind, type ProvisionProgress,
  type ServiceStatus, type Tenant, type TenantStatus,
} from 'tenantd';

type Same<One, Two> =
  (<T>() => T extends One ? 1 : 2) extends (<T>() => T extends Two ? 1 : 2) ? true : false;
/** Refuses to compile unless the two are the same type. */
function same<One, Two>(..._: Same<One, Two> extends true ? [] : ['not the same type']): void {}

same<typeof version, string>();
// @ts-expect-error: the helper itself can fail
same<typeof version, number>();

const tenantd = new Tenantd({
  binary: './tenantd', args: ['--app', 'crm'], cwd: '/srv', env: { A: '1', B: undefined },
  sandbox: '/tmp/bench', startTimeout: 1, hangTimeout: 1.5, log: (line: string) => void line,
  share: false,
});
new Tenantd();
new Tenantd({ sandbox: true, log: false });
// @ts-expect-error: no such option
new Tenantd({ sandBox: true });
// @ts-expect-error: `false` or a function
new Tenantd({ log: true });
// @ts-expect-error: variables are text
new Tenantd({ env: { PORT: 8080 } });

const order = { organizationName: 'Acme', fullName: 'Ada Lovelace', email: 'ada@acme.example' };
const controller = new AbortController();

export async function provision(): Promise<void> {
  const tenant = await tenantd.provision({ ...order, password: 'x', idempotencyKey: 'k' }, {
    signal: controller.signal,
    timeout: 60,
    onProgress: (progress) => {
      same<typeof progress, ProvisionProgress>();
      same<typeof progress.state, 'started' | 'done' | 'warning' | 'restarted'>();
    },
  });
  same<typeof tenant, Tenant>();
  same<typeof tenant.apiSecret, string>();
  same<typeof tenant.password, string | undefined>();
  same<typeof tenant.path, 'standby' | 'copy' | 'wizard' | 'install' | undefined>();
  // @ts-expect-error: it may be missing
  tenant.password.length;
  // @ts-expect-error: no such member
  tenant.secret;
  // @ts-expect-error: the address is missing
  await tenantd.provision({ organizationName: 'Acme', fullName: 'Ada Lovelace' });
  // @ts-expect-error: no such parameter
  await tenantd.provision({ ...order, organisation: 'Acme' });
  // @ts-expect-error: seconds are a number
  await tenantd.provision(order, { timeout: '60' });
  // @ts-expect-error: a signal, not its controller
  await tenantd.provision(order, { signal: controller });
}

export async function status(): Promise<void> {
  const service = await tenantd.status();
  same<typeof service, ServiceStatus>();
  same<typeof service.bench.frappe, string | undefined>();
  same<typeof service.pool.wanted, number>();
  same<typeof service.jobs.served.standby, number>();
  // @ts-expect-error: the bench may not have answered
  service.tenants.active;
  const tenant = await tenantd.status({ site: 'acme.localhost' });
  same<typeof tenant, TenantStatus>();
  // @ts-expect-error: of the service only
  tenant.uptime;
  // @ts-expect-error: a name, not a list
  await tenantd.status({ site: ['acme.localhost'] });
}

export async function cleanup(): Promise<void> {
  const sites: readonly string[] = ['a.localhost'];
  const report = await tenantd.cleanup({ sites, orphans: true, pool: true, delay: 0 }, {
    onProgress: (progress) => {
      same<typeof progress, CleanupProgress>();
      if (progress.state === 'waiting') same<typeof progress.seconds, number>();
      else same<typeof progress.site, string>();
      // @ts-expect-error: not while it waits
      progress.site;
    },
  });
  same<typeof report, CleanupReport>();
  // @ts-expect-error: what is to be cleaned up must be said
  await tenantd.cleanup();
  // @ts-expect-error: a glob is text
  await tenantd.cleanup({ pattern: /test-.*/ });
}

export async function others(): Promise<void> {
  same<Awaited<ReturnType<typeof tenantd.ping>>, 'pong'>();
  const found = await tenantd.cancel(4);
  same<typeof found, { found: boolean }>();
  const document = await tenantd.discover();
  same<typeof document, Record<string, unknown>>();
  const anything = await tenantd.call('a_later_method', { a: 1 });
  same<typeof anything, unknown>();
  same<typeof tenantd.pid, number | undefined>();
  // @ts-expect-error: it is not to be set
  tenantd.pid = 4;
  await tenantd.close();
}

export async function errors(): Promise<void> {
  try {
    await tenantd.provision(order);
  } catch (error) {
    if (error instanceof SiteExistsError) same<typeof error.site, string | undefined>();
    if (error instanceof CancelledError) same<typeof error.rolledBack, boolean | undefined>();
    if (!(error instanceof TenantdError)) throw error;
    same<typeof error.fields, FieldError[]>();
    same<typeof error.advice, string | undefined>();
    same<typeof error.step, { number: number; title: string } | undefined>();
    if (error.kind === 'queue_full' || error.kind === 'a_kind_of_a_later_tenantd') return;
    // @ts-expect-error: it is not to be set
    error.kind = 'timeout';
  }
  const kind: Kind = 'site_exists';
  // @ts-expect-error: no such kind
  const unknown: Kind = 'site_exist';
  void [kind, unknown];
}
