// Whose process it is: clients that share one, programs that end with theirs, and what of their
// environment it sees.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Tenantd } from 'tenantd';
import { childEnvironment } from '../src/environment.mjs';
import { binary, client, limit, packageFolder, rejection, signup, standIn } from './support.mjs';

/** All processes under one, itself included. */
function family(pid) {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim().split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) {
    found.push(...rows.filter(([, ppid]) => ppid === parent).map(([child]) => child));
  }
  return found;
}

/** Waits for the end of processes that are not ours to wait for; one that nobody reaps has ended. */
async function ended(pids) {
  for (;;) {
    const rows = execFileSync('ps', ['-e', '-o', 'pid=,stat='], { encoding: 'utf8' })
      .trim().split('\n').map((row) => row.trim().split(/\s+/));
    if (!rows.some(([pid, state]) => pids.includes(Number(pid)) && !state.startsWith('Z'))) return;
    await wait(50);
  }
}

/** Another Node program with a client called `tenantd`; its lines come one at a time. */
function program(t, text, { shell = 'exec "$0" "$@"' } = {}) {
  const source = `
    import { Tenantd } from 'tenantd';
    const tenantd = new Tenantd({ binary: ${JSON.stringify(binary)}, sandbox: true, log: false });
    ${text}`;
  const words = ['-c', shell, process.execPath, '--input-type=module', '-e', source];
  const child = spawn('sh', words, { cwd: packageFolder, stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function firstLine(child) {
  let text = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.split('\n', 1)[0];
}

describe('two clients in one program', limit, () => {
  test('the same options share one process, other options have another', async (t) => {
    const options = { binary, sandbox: true, log: false, env: { TENANTD_QUEUE: '77' } };
    const [one, two] = [new Tenantd(options), new Tenantd({ ...options })];
    const other = client(t, { env: { TENANTD_QUEUE: '78' } });
    t.after(() => Promise.all([one.close(), two.close()]));
    await Promise.all([one.ping(), two.ping(), other.ping()]);
    assert.equal(one.pid, two.pid);
    assert.notEqual(one.pid, other.pid);
  });

  test('each gets the log, for as long as it is there', async (t) => {
    const path = standIn(t, `
      process.stderr.write(message.params.site + '\\n', () => send({ id: message.id, result: 1 }));`);
    // A log, and the promise of a line in it.
    const log = () => {
      const lines = [];
      const waiting = new Map();
      return {
        lines,
        write: (line) => lines.push(line) && waiting.get(line)?.(),
        has: (line) => lines.includes(line) || new Promise((done) => waiting.set(line, done)),
      };
    };
    const [first, second, shared] = [log(), log(), log()];
    const make = ({ write }) => new Tenantd({ binary: path, env: { TENANTD_QUEUE: '81' }, log: write });
    const [one, two, three, four] = [first, second, shared, shared].map(make);
    t.after(() => Promise.all([one, two, three, four].map((client) => client.close())));
    await one.status({ site: 'a' });
    await two.status({ site: 'b' });
    await Promise.all([first, second, shared].map((each) => each.has('b')));
    // A call of another holds the process.
    const held = one.status({ site: 'c' });
    await two.close();
    await held;
    await one.status({ site: 'd' });
    await Promise.all([first, shared].map((each) => each.has('d')));
    assert.deepEqual(first.lines, ['a', 'b', 'c', 'd']);
    assert.deepEqual(second.lines.slice(0, 2), ['a', 'b']);
    assert.ok(!second.lines.includes('d'));
    assert.deepEqual(shared.lines, ['a', 'b', 'c', 'd']);
  });

  test('a module that is evaluated again finds the process of the first', async (t) => {
    const options = { binary, sandbox: true, log: false, env: { TENANTD_QUEUE: '79' } };
    const { Tenantd: Again } = await import('../src/tenantd.mjs?again');
    assert.notEqual(Again, Tenantd);
    const [one, two] = [new Tenantd(options), new Again(options)];
    t.after(() => Promise.all([one.close(), two.close()]));
    await Promise.all([one.ping(), two.ping()]);
    assert.equal(one.pid, two.pid);
  });

  test('apart, each gets its own replies', async (t) => {
    const echo = standIn(t, 'send({ id: message.id, result: message.params.site });');
    const [one, two] = ['one', 'two'].map(() => client(t, { binary: echo, sandbox: false }));
    const ask = (tenantd, name) => Promise.all(
      Array.from({ length: 500 }, (_, index) => tenantd.status({ site: `${name} ${index}` })));
    const [ones, twos] = await Promise.all([ask(one, 'one'), ask(two, 'two')]);
    assert.notEqual(one.pid, two.pid);
    assert.ok(ones.every((site, index) => site === `one ${index}`));
    assert.ok(twos.every((site, index) => site === `two ${index}`));
  });

  test('closing one leaves the calls of the other alone', async (t) => {
    const options = { binary, sandbox: true, log: false, env: { TENANTD_QUEUE: '80' } };
    const [one, two] = [new Tenantd(options), new Tenantd(options)];
    t.after(() => two.close());
    const call = two.provision(signup());
    await one.ping();
    await one.close();
    assert.match((await call).apiKey, /^[0-9a-f]{64}$/);
    assert.equal(await two.ping(), 'pong');
    assert.equal((await rejection(one.ping())).kind, 'closed');
  });
});

describe('the end of the program', limit, () => {
  test('killed in mid-call, it leaves no process behind', async (t) => {
    const child = program(t, `
      await tenantd.status();
      const order = { organizationName: 'Acme', fullName: 'Ada Lovelace', email: 'ada@acme.example' };
      tenantd.provision(order, { onProgress: () => {} });
      setInterval(() => {}, 1000);
      console.log(tenantd.pid);`);
    const pids = family(Number(await firstLine(child)));
    assert.ok(pids.length >= 2, 'tenantd has its agent');
    child.kill('SIGKILL');
    await ended(pids);
  });

  test('with nothing else to do it ends, and its tenantd with it', async (t) => {
    const child = program(t, 'await tenantd.ping(); console.log(tenantd.pid);');
    const pids = family(Number(await firstLine(child)));
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    assert.equal(code, 0);
    await ended(pids);
  });

  test('it ends well although it was started with its input and output closed', async (t) => {
    const shell = 'exec "$0" "$@" <&- >&-';
    const text = 'if (await tenantd.ping() !== "pong") process.exit(3); await tenantd.close();';
    const child = program(t, text, { shell });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });

  test('a signal for the terminal\'s group does not end tenantd in mid-call', async (t) => {
    const child = program(t, `
      process.on('SIGINT', async () => {
        const order = { organizationName: 'Acme', fullName: 'Ada Lovelace', email: 'ada@acme.example' };
        console.log((await tenantd.provision(order)).site);
        process.exit(0);
      });
      setInterval(() => {}, 1000);
      await tenantd.ping();
      console.log(tenantd.pid);`);
    const pid = Number(await firstLine(child));
    const group = (pid) => execFileSync('ps', ['-o', 'pgid=', '-p', pid], { encoding: 'utf8' }).trim();
    assert.notEqual(group(pid), group(child.pid));
    child.kill('SIGINT');
    assert.equal(await firstLine(child), 'acme.localhost');
  });
});

describe('the environment', limit, () => {
  test('tenantd gets what it and Docker need, and no secret of the web server', async (t) => {
    process.env.STRIPE_SECRET_KEY = 'sk_live_secret';
    process.env.DATABASE_URL = 'postgres://web:secret@db/web';
    process.env.NODE_OPTIONS = '';
    t.after(() => {
      for (const name of ['STRIPE_SECRET_KEY', 'DATABASE_URL', 'NODE_OPTIONS']) delete process.env[name];
    });
    const tenantd = client(t, {
      binary: standIn(t, 'send({ id: message.id, result: process.env });'),
      sandbox: false, env: { TENANTD_QUEUE: '5', HOME: undefined },
    });
    const seen = await tenantd.status();
    assert.equal(seen.PATH, process.env.PATH);
    assert.equal(seen.TENANTD_QUEUE, '5');
    assert.deepEqual(
      ['STRIPE_SECRET_KEY', 'DATABASE_URL', 'NODE_OPTIONS', 'HOME'].filter((name) => name in seen), []);
  });

  test('names of the list pass, all others do not', () => {
    const given = {
      PATH: '/bin', DOCKER_HOST: 'unix://', COMPOSE_FILE: 'a.yml', TENANTD_APP: 'crm', LC_ALL: 'C',
      ERP_API_SECRET: 's', KUBECONFIG: 'k', AUTH_SECRET: 'x', AWS_SECRET_ACCESS_KEY: 'x',
      LD_PRELOAD: 'x', npm_config_token: 'x', MY_DOCKER_TOKEN: 'x', path: 'x',
    };
    assert.deepEqual(Object.keys(childEnvironment(given)), [
      'PATH', 'DOCKER_HOST', 'COMPOSE_FILE', 'TENANTD_APP', 'LC_ALL', 'ERP_API_SECRET', 'KUBECONFIG',
    ]);
    const more = childEnvironment(given, { PATH: undefined, NUMBER: 5 });
    assert.deepEqual([more.PATH, more.NUMBER], [undefined, '5']);
  });
});
