// The commands that make and remove test tenants, run as a person runs them, on a sandbox in a
// folder.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { Skipped, checks } from '../scripts/support/checks.mjs';
import { Lines } from '../scripts/support/lines.mjs';
import { binary, client, limit, packageFolder, signup, temporaryFolder } from './support.mjs';

/**
 * Runs a command to its end.
 *
 * @param {(output: string, child: object) => void} [onOutput] called with all output so far
 */
function command(name, words, { onOutput, env = {} } = {}) {
  const child = spawn(process.execPath, [join(packageFolder, 'scripts', name), ...words], {
    env: { ...process.env, TENANTD_BINARY: binary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    onOutput?.(output, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
  });
}

/** A client of a sandbox in a folder, with tenants of these names. */
async function bench(t, ...subdomains) {
  const folder = temporaryFolder(t);
  const tenantd = client(t, { sandbox: folder });
  for (const subdomain of subdomains) await tenantd.provision(signup({ subdomain }));
  return { folder, tenantd, sandbox: `--sandbox=${folder}` };
}

describe('provision-test', limit, () => {
  test('makes a tenant, ticks the steps and the checks, and tells how to remove it', async (t) => {
    const { tenantd, sandbox } = await bench(t);
    const { code, output, errors } = await command('provision-test.mjs', [sandbox]);
    assert.equal(code, 0, errors);
    const ticks = [...output.matchAll(/^ {2}(\d)\/5 .* ✓ /gm)].map(([, step]) => step);
    assert.deepEqual(ticks, ['1', '2', '3', '4', '5']);
    assert.equal(output.match(/^ {2}✓ {2}/gm).length, 7);
    assert.match(output, /– {2}the keys log in over HTTP.*not looked at, a sandbox has no web server/);
    const [, site] = output.match(/provision:cleanup -- (test-[0-9a-f]{8}\.localhost) --sandbox=/);
    assert.equal((await tenantd.status({ site })).state, 'active');
    assert.doesNotMatch(output, /[0-9a-f]{64}/);
  });

  test('shows the keys when told so, in a sandbox that ends with it', async () => {
    const words = ['--sandbox', '--show-keys', '--subdomain', 'test-keys'];
    const { code, output } = await command('provision-test.mjs', words);
    assert.equal(code, 0);
    assert.match(output, /Key {5}[0-9a-f]{64}\n {2}Secret {2}[0-9a-f]{64}\n/);
    assert.match(output, /The sandbox ends with this command/);
  });

  test('a name that is taken: what is wrong, what to do, exit code 1', async (t) => {
    const { sandbox } = await bench(t, 'taken');
    const { code, errors } = await command('provision-test.mjs', ['--subdomain', 'taken', sandbox]);
    assert.equal(code, 1);
    assert.match(errors, /The site taken\.localhost exists already\.\nChoose another subdomain\.\nNothing is left/);
  });

  test('Ctrl-C undoes what was begun', async (t) => {
    const { tenantd, sandbox } = await bench(t);
    const { code, errors } = await command('provision-test.mjs', [sandbox], {
      onOutput: (output, child) => output.endsWith('\n\n') && child.kill('SIGINT'),
    });
    assert.equal(code, 130);
    assert.match(errors, /was cancelled/);
    assert.equal((await tenantd.status()).tenants.active, 0);
  });

  test('wrong usage is 2, help is 0, a program that is missing is 1', async () => {
    const wrong = await command('provision-test.mjs', ['--subdomian', 'x']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.errors, /--subdomian[^]*Usage: npm run provision:test/);
    assert.equal((await command('provision-test.mjs', ['--help'])).code, 0);
    const missing = await command('provision-test.mjs', [], { env: { TENANTD_BINARY: '/nowhere' } });
    assert.equal(missing.code, 1);
    assert.match(missing.errors, /no program at \/nowhere\.\nSet the `binary` option or TENANTD_BINARY/);
  });
});

describe('provision-cleanup', limit, () => {
  test('lists, waits five seconds, and removes what matches', async (t) => {
    const { tenantd, sandbox } = await bench(t, 'test-a', 'test-b', 'customer');
    let listed;
    const { code, output, errors } = await command('provision-cleanup.mjs', [sandbox], {
      onOutput: (output) => {
        if (output.includes('Ctrl-C stops it.')) listed ??= performance.now();
      },
    });
    assert.equal(code, 0, errors);
    assert.ok(performance.now() - listed >= 4900);
    assert.match(output, /^2 tenants found for test-\*\n {2}test-a\.localhost\n {2}test-b\.localhost\n/);
    assert.match(output, /1\/2 {2}test-[ab]\.localhost {2}✓\n {2}2\/2 {2}test-[ab]\.localhost {2}✓\n/);
    assert.match(output, /Removed 2 tenants and 0 orphans in /);
    assert.deepEqual((await tenantd.status()).tenants, { active: 1 });
  });

  test('Ctrl-C while it waits: nothing is deleted', async (t) => {
    const { tenantd, sandbox } = await bench(t, 'test-a');
    const { code, output } = await command('provision-cleanup.mjs', [sandbox], {
      onOutput: (output, child) => output.includes('Ctrl-C stops it.') && child.kill('SIGINT'),
    });
    assert.equal(code, 130);
    assert.match(output, /Stopped\. Nothing was deleted\.\n$/);
    assert.equal((await tenantd.status({ site: 'test-a.localhost' })).state, 'active');
  });

  test('killed while it waits: nothing is deleted either', async (t) => {
    const { tenantd, sandbox } = await bench(t, 'test-a');
    const { signal } = await command('provision-cleanup.mjs', [sandbox], {
      onOutput: (output, child) => output.includes('Ctrl-C stops it.') && child.kill('SIGKILL'),
    });
    assert.equal(signal, 'SIGKILL');
    assert.equal((await tenantd.status({ site: 'test-a.localhost' })).state, 'active');
  });

  test('nothing matches: it says so and does not wait', async (t) => {
    const { sandbox } = await bench(t, 'customer');
    const { code, output } = await command('provision-cleanup.mjs', ['trial-*', sandbox]);
    assert.equal(code, 0);
    assert.match(output, /^0 tenants found for trial-\*\nNothing to remove\.\n$/);
  });

  test('two patterns are one too many', async () => {
    const { code, errors } = await command('provision-cleanup.mjs', ['a', 'b']);
    assert.equal(code, 2);
    assert.match(errors, /“b” is one argument too many/);
  });
});

describe('the check of the keys over HTTP', limit, () => {
  /** What the login check of a new tenant says, when the bench's web server answers like this. */
  async function login(t, answer, { isKnown = true } = {}) {
    const server = createServer(answer);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    const close = () => new Promise((resolve) => server.close(resolve));
    t.after(close);
    const address = `http://localhost:${port}`;
    const tenantd = client(t, { env: { ERP_NEXT_URL: address } });
    const params = signup();
    const tenant = await tenantd.provision(params);
    if (answer === undefined) await close();
    const { signal } = new AbortController();
    const list = checks(tenantd, {
      params, tenant, steps: [], isSandbox: false, address: isKnown ? address : undefined, signal,
    });
    const { look } = list.find(({ title }) => title.includes('HTTP'));
    return { tenant, said: await look().catch((error) => error) };
  }

  /** As Frappe does it. */
  const frappe = (key) => (request, response) => {
    const isRight = key === undefined || request.headers.authorization === key;
    response.statusCode = isRight ? 200 : 401;
    response.end(JSON.stringify({ message: request.headers.host }));
  };

  test('asks the site by its own name, and notices the wrong user', async (t) => {
    const { said, tenant } = await login(t, frappe());
    assert.match(said.message, new RegExp(`the keys are ${new URL(tenant.url).host}'s$`));
  });

  test('a site that takes any secret fails', async (t) => {
    const { said } = await login(t, (request, response) => {
      const site = request.headers.host.split('.')[0];
      const number = site.match(/\d+/)[0];
      response.end(JSON.stringify({ message: `ada${number}@customer${number}.example` }));
    });
    assert.equal(said.message, 'a wrong secret was answered with 200');
  });

  test('right keys in, wrong ones out', async (t) => {
    let first;
    const { said, tenant } = await login(t, (request, response) => {
      first ??= request.headers.authorization;
      response.statusCode = request.headers.authorization === first ? 200 : 401;
      const number = request.headers.host.match(/\d+/)[0];
      response.end(JSON.stringify({ message: `ada${number}@customer${number}.example` }));
    });
    assert.equal(first, `token ${tenant.apiKey}:${tenant.apiSecret}`);
    assert.equal(said, tenant.user);
  });

  test('a server that refuses the keys fails, and so does one that is named and not there', async (t) => {
    assert.match((await login(t, frappe('none'))).said.message, /answered 401; is ERP_NEXT_URL/);
    assert.match((await login(t, undefined)).said.message, /nothing answers at .*ECONNREFUSED/);
  });

  test('no server where none was named: not looked at', async (t) => {
    const { said } = await login(t, undefined, { isKnown: false });
    assert.ok(said instanceof Skipped);
    assert.match(said.message, /set ERP_NEXT_URL/);
  });
});

test('a live line is written over on a terminal, and not printed elsewhere', () => {
  const written = (isTTY) => {
    let text = '';
    const out = new Writable({ write: (chunk, _, done) => done((text += chunk) && null) });
    const lines = new Lines(Object.assign(out, { isTTY, columns: 12 }));
    lines.live(() => 'a long line that is cut');
    lines.print('done');
    lines.close();
    return text;
  };
  assert.equal(written(true), '\r\u001B[2Ka long line\r\u001B[2Kdone\n');
  assert.equal(written(false), 'done\n');
});
