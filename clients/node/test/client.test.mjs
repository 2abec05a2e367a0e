// The client against the real program on a sandbox: what each method answers, and how calls are
// followed, taken back and repeated.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  CancelledError, EmailInUseError, InvalidParamsError, NoSuchSiteError, RefusedError, RequestError,
  SiteExistsError, StepFailedError, SuspendedError, Tenantd, TenantdError, TimeoutError, version,
} from 'tenantd';
import { kinds } from '../src/failures.mjs';
import { binary, client, limit, rejection, signup, temporaryFolder } from './support.mjs';

/** A client whose sandbox can be told to misbehave. */
async function sandbox(t) {
  const folder = temporaryFolder(t);
  const tenantd = client(t, { sandbox: folder });
  await tenantd.status();
  const file = join(folder, 'sites/sandbox.json');
  return { tenantd, levers: (levers) => writeFileSync(file, JSON.stringify(levers)), folder };
}

/** Makes provisions wait while the owner is made; `release` lets the later ones go on. */
async function held(t) {
  const { tenantd, levers, folder } = await sandbox(t);
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  levers({ hold: { user_insert: { match: '@customer', fifo } } });
  return { tenantd, release: () => levers({}) };
}

describe('methods', limit, () => {
  test('provision makes a tenant, and tells each step', async (t) => {
    const tenantd = client(t);
    const events = [];
    const tenant = await tenantd.provision(signup({ organizationName: 'Acme Corporation' }), {
      onProgress: (event) => events.push(event),
    });
    assert.equal(tenant.site, 'acme-corp.localhost');
    assert.match(tenant.apiKey, /^[0-9a-f]{64}$/);
    assert.match(tenant.apiSecret, /^[0-9a-f]{64}$/);
    assert.equal(tenant.reissued, false);
    assert.equal(tenant.password, undefined);
    assert.deepEqual(
      events.filter((event) => event.state === 'done').map((event) => event.step), [1, 2, 3, 4, 5]);
  });

  test('status tells about the service and about a tenant', async (t) => {
    const tenantd = client(t);
    const { site } = await tenantd.provision(signup());
    const service = await tenantd.status();
    assert.equal(service.version, version);
    assert.deepEqual(service.tenants, { active: 1 });
    assert.equal((await tenantd.status({ site })).state, 'active');
    const error = await rejection(tenantd.status({ site: 'nobody.localhost' }));
    assert.ok(error instanceof NoSuchSiteError);
  });

  test('tenants are listed page after page, and keys rotated', async (t) => {
    const tenantd = client(t);
    const sites = [];
    for (const subdomain of ['one', 'two', 'three']) {
      sites.push((await tenantd.provision(signup({ subdomain }))).site);
    }
    const found = [];
    for await (const tenant of tenantd.tenants({ limit: 1, sort: 'created' })) found.push(tenant.site);
    assert.deepEqual(found.sort(), sites.sort());
    const none = tenantd.tenants({ search: 'nobody' });
    assert.deepEqual(await none.next(), { done: true, value: undefined });
    const keys = await tenantd.rotateKeys({ site: 'one.localhost' });
    assert.match(keys.apiSecret, /^[0-9a-f]{64}$/);
    const error = await rejection(tenantd.rotateKeys({ site: 'nobody.localhost' }));
    assert.ok(error instanceof NoSuchSiteError);
  });

  test('a plan, a suspension, and what is used', async (t) => {
    const tenantd = client(t);
    const { site } = await tenantd.provision(signup({ subdomain: 'one' }));
    assert.equal((await tenantd.changePlan({ site, plan: 'starter', dryRun: true })).changed, true);
    const change = await tenantd.changePlan({ site, plan: 'enterprise' });
    assert.equal(change.previous.name, 'free');
    assert.equal(change.plan.users, null);
    const first = await tenantd.suspend({ site, reason: 'No money.' });
    assert.equal(first.mode, 'blocked');
    assert.equal((await tenantd.suspend({ site, reason: 'No money.' })).changed, false);
    const status = await tenantd.status({ site });
    assert.deepEqual([status.state, status.reason, status.since],
      ['suspended', 'No money.', first.since]);
    assert.ok((await rejection(tenantd.login({ site }))) instanceof SuspendedError);
    assert.equal((await tenantd.resume({ site })).changed, true);
    const { usage } = await tenantd.usage({ sites: [site] });
    assert.deepEqual(usage[0].users, { active: 1, limit: null });
  });

  test('cleanup drops what the pattern says, with progress', async (t) => {
    const tenantd = client(t);
    const { site } = await tenantd.provision(signup({ subdomain: 'test-one' }));
    await tenantd.provision(signup({ subdomain: 'kept' }));
    const states = [];
    const report = await tenantd.cleanup({ pattern: 'test-*', delay: 0 }, {
      onProgress: (event) => states.push(event.state),
    });
    assert.deepEqual(report.dropped, [{ kind: 'site', name: site }]);
    assert.deepEqual(states, ['started', 'done']);
    assert.deepEqual((await tenantd.status()).tenants, { active: 1 });
  });

  test('ping, discover, cancel and any other call', async (t) => {
    const tenantd = client(t);
    assert.equal(await tenantd.ping(), 'pong');
    assert.equal((await tenantd.discover()).info.version, version);
    assert.deepEqual(await tenantd.cancel(4711), { found: false });
    assert.equal(await tenantd.call('ping'), 'pong');
    const error = await rejection(tenantd.call('dance'));
    assert.ok(error instanceof RequestError);
    assert.equal(error.kind, 'method_not_found');
  });

  test('names with quotes, signs and emoji arrive as they are', async (t) => {
    const tenantd = client(t);
    const organizationName = `“Ünï” O'Brien & "$(rm -rf)" \\ %s 🦊`;
    const { site } = await tenantd.provision(signup({ organizationName, subdomain: 'signs' }));
    assert.equal((await tenantd.status({ site })).organization, organizationName);
  });
});

describe('errors', limit, () => {
  test('invalid parameters name each field', async (t) => {
    const error = await rejection(client(t).provision({ organizationName: '', email: 'x' }));
    assert.ok(error instanceof InvalidParamsError);
    assert.ok(error instanceof TenantdError);
    assert.equal(error.name, 'InvalidParamsError');
    assert.equal(error.code, -32602);
    assert.deepEqual(
      error.fields.map(({ field }) => field), ['organizationName', 'fullName', 'email']);
    assert.match(error.advice, /Correct the fields/);
  });

  test('a taken name and a taken address', async (t) => {
    const tenantd = client(t);
    const first = signup();
    const { site } = await tenantd.provision(first);
    const taken = await rejection(tenantd.provision({ ...first, email: 'other@x.example' }));
    assert.ok(taken instanceof SiteExistsError);
    assert.deepEqual([taken.site, taken.rolledBack], [site, true]);
    const used = await rejection(tenantd.provision({ ...signup(), email: first.email }));
    assert.ok(used instanceof EmailInUseError);
    assert.equal(used.site, site);
  });

  test('a step that fails is named, and undone', async (t) => {
    const { tenantd, levers } = await sandbox(t);
    levers({ fail: { user_insert: { match: '@customer', message: 'no more users' } } });
    const error = await rejection(tenantd.provision(signup()));
    assert.ok(error instanceof StepFailedError);
    assert.deepEqual(error.step, { number: 3, title: 'Create owner' });
    assert.equal(error.rolledBack, true);
    assert.match(error.message, /no more users/);
    assert.ok(error.advice);
  });

  test('an app that refuses is quoted', async (t) => {
    const { tenantd, levers } = await sandbox(t);
    const message = 'Use the address of your <b>company</b>.';
    levers({ refuse: { user_insert: { match: '@customer', message } } });
    const error = await rejection(tenantd.provision(signup()));
    assert.ok(error instanceof RefusedError);
    assert.deepEqual(
      [error.message, error.title, error.step, error.rolledBack],
      ['Use the address of your company.', 'House rules', undefined, true]);
  });

  test('every kind that the program knows has a class', async (t) => {
    const { components } = await client(t).discover();
    const unknown = Object.keys(components.errors).filter((kind) => !kinds.includes(kind));
    assert.deepEqual(unknown, []);
  });

  test('parameters that are no JSON, or too long, harm nobody', async (t) => {
    const tenantd = client(t);
    assert.ok((await rejection(tenantd.call('ping', { a: 1n }))) instanceof TypeError);
    const error = await rejection(tenantd.provision({ fullName: 'x'.repeat(1024 * 1024) }));
    assert.equal(error.kind, 'line_too_long');
    assert.equal(await tenantd.ping(), 'pong');
  });
});

describe('taking back', limit, () => {
  test('an aborted signal undoes the work, then rejects', async (t) => {
    const { tenantd } = await held(t);
    const controller = new AbortController();
    const call = signup();
    const error = await rejection(tenantd.provision(call, {
      signal: controller.signal,
      onProgress: ({ step }) => step === 3 && controller.abort(new Error('the tab was closed')),
    }));
    assert.ok(error instanceof CancelledError);
    assert.equal(error.rolledBack, true);
    assert.equal(error.cause.message, 'the tab was closed');
    assert.deepEqual((await tenantd.status()).tenants, { active: 0 });
  });

  test('a signal that was aborted before sends nothing', async (t) => {
    const tenantd = client(t);
    const error = await rejection(tenantd.provision(signup(), { signal: AbortSignal.abort() }));
    assert.ok(error instanceof CancelledError);
    assert.equal(tenantd.pid, undefined);
  });

  test('a call that is still waiting for the process is dropped', async (t) => {
    const tenantd = client(t);
    const controller = new AbortController();
    const call = rejection(tenantd.provision(signup(), { signal: controller.signal }));
    controller.abort();
    assert.equal((await call).kind, 'cancelled');
    assert.deepEqual((await tenantd.status()).tenants, { active: 0 });
  });

  test('an abort after the reply changes nothing', async (t) => {
    const tenantd = client(t);
    const controller = new AbortController();
    await tenantd.ping({ signal: controller.signal });
    controller.abort();
    assert.equal(await tenantd.ping(), 'pong');
  });

  test('a timeout is kept by tenantd, in seconds', async (t) => {
    const { tenantd } = await held(t);
    const error = await rejection(tenantd.provision(signup(), { timeout: 1 }));
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.rolledBack, true);
    assert.match(error.message, /within 1 s/);
  });

  test('a timeout of another call takes it back', async (t) => {
    const tenantd = client(t);
    const { site } = await tenantd.provision(signup());
    const error = await rejection(tenantd.cleanup({ sites: [site], delay: 60 }, { timeout: 0.1 }));
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual(error.data.report.dropped, []);
    assert.equal((await tenantd.status({ site })).state, 'active');
  });
});

describe('repeating', limit, () => {
  test('the same key gives the same tenant', async (t) => {
    const tenantd = client(t);
    const order = signup({ idempotencyKey: 'signup-1' });
    const [one, two] = await Promise.all([tenantd.provision(order), tenantd.provision(order)]);
    assert.equal(one.apiSecret, two.apiSecret);
    const later = await tenantd.provision(order);
    assert.deepEqual([later.site, later.reissued], [one.site, true]);
  });

  test('a call with a key survives the death of the process', async (t) => {
    const { tenantd, release } = await held(t);
    const pids = new Set();
    const order = signup({ idempotencyKey: 'signup-2' });
    const tenant = await tenantd.provision(order, {
      onProgress: ({ step, state }) => {
        pids.add(tenantd.pid);
        if (step !== 3 || state !== 'started' || pids.size > 1) return;
        release();
        process.kill(tenantd.pid, 'SIGKILL');
      },
    });
    assert.match(tenant.apiKey, /^[0-9a-f]{64}$/);
    assert.equal(pids.size, 2);
    // What the dead process left is dropped as soon as its locks are free.
    while (Object.keys((await tenantd.status()).tenants).length > 1);
    assert.deepEqual((await tenantd.status()).tenants, { active: 1 });
  });

  test('a call without one is told that its end is not known, and the next call works', async (t) => {
    const { tenantd } = await held(t);
    const error = await rejection(tenantd.provision(signup(), {
      onProgress: ({ step, state }) =>
        step === 3 && state === 'started' && process.kill(tenantd.pid, 'SIGKILL'),
    }));
    assert.equal(error.kind, 'process_ended');
    assert.match(error.message, /signal SIGKILL.*“provision” was in flight/);
    assert.match(error.advice, /idempotencyKey/);
    assert.equal(await tenantd.ping(), 'pong');
  });
});

test('an option that does not exist is refused', () => {
  assert.throws(() => new Tenantd({ binary, sandBox: true }), /no option `sandBox`/);
  assert.throws(() => new Tenantd({ binary, startTimeout: 0 }), /startTimeout/);
});
