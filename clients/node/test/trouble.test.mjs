// What can be wrong with the program behind the client, and the sentence that a person reads then.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  BinaryMissingError, NotExecutableError, NotRespondingError, ProcessEndedError, ProtocolError,
  StartFailedError, Tenantd, VersionMismatchError,
} from 'tenantd';
import { ServerProcess } from '../src/process.mjs';
import { binary, client, limit, program, rejection, signup, standIn, temporaryFolder } from './support.mjs';

const plain = (t, path, options = {}) => client(t, { binary: path, sandbox: false, ...options });

describe('a program that cannot be started', limit, () => {
  test('it is missing', async (t) => {
    const path = join(temporaryFolder(t), 'tenantd');
    const tenantd = plain(t, path);
    const error = await rejection(tenantd.ping());
    assert.ok(error instanceof BinaryMissingError);
    assert.equal(error.message, `tenantd was not found: there is no program at ${path}.`);
    assert.match(error.advice, /TENANTD_BINARY/);
    const named = await rejection(plain(t, 'no-such-tenantd').ping());
    assert.match(named.message, /no program named no-such-tenantd in PATH/);
  });

  test('it is there by the next call', async (t) => {
    const path = join(temporaryFolder(t), 'tenantd');
    const tenantd = plain(t, path);
    await rejection(tenantd.ping());
    writeFileSync(path, `#!/bin/sh\nexec ${binary} --sandbox\n`);
    chmodSync(path, 0o755);
    assert.equal(await tenantd.ping(), 'pong');
  });

  test('it may not be executed', async (t) => {
    const path = program(t, '#!/bin/sh\n');
    chmodSync(path, 0o644);
    const error = await rejection(plain(t, path).ping());
    assert.ok(error instanceof NotExecutableError);
    assert.match(error.advice, /chmod \+x/);
  });

  test('its folder is missing', async (t) => {
    const error = await rejection(plain(t, binary, { cwd: '/no/such/folder' }).ping());
    assert.equal(
      error.message, 'tenantd cannot be started in /no/such/folder: there is no such folder.');
  });

  test('a setting is wrong: its own sentence is passed on', async (t) => {
    const error = await rejection(client(t, { env: { TENANTD_QUEUE: 'many' } }).ping());
    assert.ok(error instanceof StartFailedError);
    assert.match(error.message, /^tenantd did not start: it ended with exit code 2: TENANTD_QUEUE is “many”/);
  });

  test('it is another program', async (t) => {
    const error = await rejection(plain(t, program(t, '#!/bin/sh\necho Hello\nexec sleep 60\n')).ping());
    assert.ok(error instanceof ProtocolError);
    assert.match(error.message, /wrote "Hello" where a JSON-RPC message was due/);
    const cat = await rejection(plain(t, program(t, '#!/bin/sh\ncat\n')).ping());
    assert.match(cat.message, /does not say that it is tenantd/);
  });

  test('it is of another version: nothing but the greeting is sent to it', async (t) => {
    const error = await rejection(
      plain(t, standIn(t, 'process.stderr.write(line + "\\n");', '0.2.0')).provision(signup()));
    assert.ok(error instanceof VersionMismatchError);
    assert.match(error.message, /is tenantd 0\.2\.0, but this package \(0\.1\.0\) needs 0\.1\.x\./);
  });

  test('a later patch of the same version will do', async (t) => {
    assert.equal(await plain(t, standIn(t, '', '0.1.99')).ping(), 'pong');
  });

  test('it says nothing', async (t) => {
    const path = program(t, '#!/bin/sh\nexec sleep 60\n');
    const error = await rejection(plain(t, path, { startTimeout: 0.2 }).ping());
    assert.ok(error instanceof NotRespondingError);
    assert.equal(error.message, `${path} was started but said nothing within 0.2 s.`);
  });
});

describe('a program that goes wrong later', limit, () => {
  test('asked to end, it closes its output long before: it is waited for', async (t) => {
    const path = program(t, '#!/bin/sh\ncat > /dev/null\nexec >&-\nsleep 1.5\nexit 3\n');
    // Nothing of a client keeps the program alive, and here it is all there is.
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { data } = await new Promise((resolve) => {
      const command = { binary: path, args: [], env: process.env };
      new ServerProcess(command, { onMessage() {}, onLog() {}, onEnd: resolve }).end();
    });
    assert.deepEqual([data.exitCode, data.signal], [3, null]);
  });

  test('killed: the call is told, and the next one works', async (t) => {
    const tenantd = plain(t, standIn(t, 'process.kill(process.pid, "SIGKILL");'));
    const error = await rejection(tenantd.status());
    assert.ok(error instanceof ProcessEndedError);
    assert.match(error.message, /ended with signal SIGKILL\. “status” was in flight/);
    assert.equal(await tenantd.ping(), 'pong');
  });

  test('killed: nothing is told of what the log says of others', async (t) => {
    const path = standIn(t, `
      const say = (line) => process.stderr.write(line + '\\n');
      say('2026-01-01T00:00:00.000Z warning failed: other@customer.example owns a tenant already job=7');
      say(JSON.stringify({ level: 'error', message: 'not undone yet: other.localhost' }));
      process.stderr.write('other.localhost\\n', () => process.kill(process.pid, 'SIGKILL'));`);
    const error = await rejection(plain(t, path).status());
    assert.doesNotMatch(error.message, /other/);
    assert.match(error.message, /ended with signal SIGKILL\. “status” was in flight/);
  });

  test('killed each time: a call with a key is tried three times', async (t) => {
    const log = [];
    const path = standIn(t, `process.stderr.write('tried\\n', () => process.exit(3));`);
    const tenantd = plain(t, path, { log: (line) => log.push(line) });
    const error = await rejection(tenantd.provision(signup({ idempotencyKey: 'key' })));
    assert.deepEqual(log, ['tried', 'tried', 'tried']);
    // What the log says is about anybody's call, once the process is at work.
    assert.match(error.message, /exit code 3\. It was so each time/);
  });

  test('rubbish among its messages', async (t) => {
    const tenantd = plain(t, standIn(t, 'write("Segmentation fault\\n");'));
    const error = await rejection(tenantd.status());
    assert.ok(error instanceof ProtocolError);
    assert.match(error.message, /wrote "Segmentation fault"/);
    assert.equal(await tenantd.ping(), 'pong');
  });

  test('a reply to nobody in particular', async (t) => {
    const tenantd = plain(t, standIn(t, 'send({ id: null, error: { code: -32700, message: "?" } });'));
    assert.match((await rejection(tenantd.status())).message, /do not understand each other/);
  });

  test('replies to unknown calls and unknown notifications are passed over', async (t) => {
    const tenantd = plain(t, standIn(t, `
      send({ id: 4711, result: 1 });
      send({ method: 'news', params: {} });
      send({ method: 'progress', params: { id: 4711 } });
      send({ id: message.id, result: 'mine' });`));
    assert.equal(await tenantd.status(), 'mine');
  });

  test('it stops: silence is asked for a word, then ended', async (t) => {
    const tenantd = client(t, { hangTimeout: 0.1, sandbox: temporaryFolder(t) });
    await tenantd.ping();
    process.kill(tenantd.pid, 'SIGSTOP');
    const error = await rejection(tenantd.status());
    assert.ok(error instanceof NotRespondingError);
    assert.match(error.message, /tenantd has not answered for 0\.1 s and was ended/);
    assert.equal(await tenantd.ping(), 'pong');
  });

  test('a long call is no silence, as long as pings are answered', async (t) => {
    // The call is answered when it was asked after twice: however slow the machine is, that is long.
    const tenantd = plain(t, standIn(t, `
      let count = 0;
      globalThis.pinged = () => {
        count += 1;
        if (count === 2) send({ id: message.id, result: 'at last' });
      };`), { hangTimeout: 0.5 });
    assert.equal(await tenantd.status(), 'at last');
  });

  test('it no longer reads', async (t) => {
    const tenantd = plain(t, standIn(t, `
      require('node:fs').closeSync(0);
      setInterval(() => {}, 1000);`), { hangTimeout: 0.1 });
    const error = await rejection(tenantd.status());
    // Whether the write fails or the silence is noticed first, the call ends.
    assert.match(error.message, /no longer reads its input|has not answered for 0\.1 s/);
    assert.equal(await tenantd.ping(), 'pong');
  });

  test('it closes its output', async (t) => {
    const tenantd = plain(t, standIn(t, `
      require('node:fs').closeSync(1);
      setInterval(() => {}, 1000);`));
    const error = await rejection(tenantd.status());
    assert.match(error.message, /^tenantd closed its output and was ended\./);
  });

  test('a listener that throws harms nobody', async (t) => {
    const log = [];
    const tenantd = client(t, { log: (line) => log.push(line) });
    const tenant = await tenantd.provision(signup(), {
      onProgress: () => { throw new Error('my own fault'); },
    });
    assert.match(tenant.apiKey, /^[0-9a-f]{64}$/);
    assert.ok(log.some((line) => line.startsWith('onProgress failed: Error: my own fault')));
  });
});

describe('closing', limit, () => {
  test('waits for the calls, then ends the process; later calls are refused', async () => {
    const tenantd = new Tenantd({ binary, sandbox: true, share: false, log: false });
    const call = tenantd.provision(signup());
    await tenantd.close();
    assert.match((await call).apiKey, /^[0-9a-f]{64}$/);
    assert.equal(tenantd.pid, undefined);
    const error = await rejection(tenantd.ping());
    assert.equal(error.kind, 'closed');
    assert.match(error.message, /“ping” cannot be called: this client was closed/);
  });

  test('of a client that was never used', async () => {
    await new Tenantd({ binary: '/nowhere' }).close();
  });
});
