// What the tests share: the real binary, clients that are closed when a test ends, and programs that
// stand in for tenantd where it must misbehave.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tenantd } from 'tenantd';

/** The clients/node folder. */
export const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** The real program. */
export const binary =
  process.env.TENANTD_BINARY ?? join(packageFolder, '../../.build/debug/tenantd');

// Most tests have a tenantd of their own, which is gone before it has filled a pool.
process.env.TENANTD_POOL ??= '0';

/** Each test of a suite; a hang is a failure. */
export const limit = { timeout: 60_000 };

/** The clients of each test. */
const clients = new WeakMap();

/** A folder that is gone when the test is over. */
export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'tenantd-node-'));
  t.after(async () => {
    // What is still at work in it would be in the way.
    await Promise.all((clients.get(t) ?? []).map((tenantd) => tenantd.close()));
    // A tenantd whose parent was killed is at work in it until it has seen that.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return folder;
}

/** A client of the real program on a sandbox, closed when the test is over. */
export function client(t, options = {}) {
  const tenantd = new Tenantd({ binary, sandbox: true, share: false, log: false, ...options });
  clients.set(t, [...(clients.get(t) ?? []), tenantd]);
  t.after(() => tenantd.close());
  return tenantd;
}

/** An executable file. */
export function program(t, text) {
  const path = join(temporaryFolder(t), 'tenantd');
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/**
 * A program that answers the greeting as tenantd does and `ping` with `pong`.
 *
 * @param {string} more JavaScript for other requests: it sees `message` and can `send` an object or
 *   `write` text; what it sets as `globalThis.pinged` is called at each ping
 */
export function standIn(t, more = '', version = '0.1.0') {
  return program(t, `#!${process.execPath}
    const write = (text) => process.stdout.write(text);
    const send = (message) => write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
    const lines = require('node:readline').createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      const message = JSON.parse(line);
      if (message.method === 'rpc.discover') {
        send({ id: message.id, result: { info: { title: 'tenantd', version: '${version}' } } });
      } else if (message.method === 'ping') {
        send({ id: message.id, result: 'pong' });
        globalThis.pinged?.();
      } else {
        ${more}
      }
    });`);
}

/** What a promise rejects with; a promise that does not is a failure. */
export async function rejection(promise) {
  const value = await promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  if ('error' in value) return value.error;
  throw new Error(`resolved with ${JSON.stringify(value.value)}`);
}

let signups = 0;

/** A signup that no other test has made. */
export function signup(more = {}) {
  signups += 1;
  return {
    organizationName: `Example ${signups} Corporation`,
    fullName: 'Ada Lovelace',
    email: `ada${signups}@customer${signups}.example`,
    password: 'SecurePass123',
    ...more,
  };
}

/** Why what needs the compiler is skipped; `false` where there is one. */
export const withoutTSC =
  spawnSync('tsc', ['--version']).status === 0 ? false : 'tsc (TypeScript) is not installed';
