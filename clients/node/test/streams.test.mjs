// Bytes in bulk: enormous and torn replies, a reader that is slow, many calls, and a log that nobody
// reads.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { client, limit, standIn } from './support.mjs';

const plain = (t, more) => client(t, { binary: standIn(t, more), sandbox: false });

describe('bytes in bulk', limit, () => {
  test('a reply of 32 MiB arrives whole', async (t) => {
    const tenantd = plain(t, `send({ id: message.id, result: '😀é\\u2028'.repeat(1 << 22) });`);
    const result = await tenantd.status();
    assert.equal(result, '😀é\u2028'.repeat(1 << 22));
  });

  test('a reply that comes byte by byte arrives whole', async (t) => {
    const tenantd = plain(t, `
      const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: '😀é' }) + '\\r\\n');
      const next = (index) => {
        if (index < bytes.length) write(bytes.subarray(index, index + 1));
        if (index < bytes.length) setImmediate(next, index + 1);
      };
      next(0);`);
    assert.equal(await tenantd.status(), '😀é');
  });

  test('replies in any order and several in a chunk find their calls', async (t) => {
    const tenantd = plain(t, `
      (globalThis.kept ??= []).push({ id: message.id, result: message.params.site });
      if (kept.length === 100) {
        write(kept.reverse().map((one) => JSON.stringify({ jsonrpc: '2.0', ...one }) + '\\n').join(''));
      }`);
    const sites = Array.from({ length: 100 }, (_, index) => `site ${index}`);
    const answers = await Promise.all(sites.map((site) => tenantd.status({ site })));
    assert.deepEqual(answers, sites);
  });

  test('10,000 calls in flight complete', async (t) => {
    const tenantd = client(t);
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => tenantd.ping()));
    assert.ok(answers.every((answer) => answer === 'pong'));
  });

  test('a process that does not read is not written to without end', async (t) => {
    const tenantd = client(t);
    await tenantd.ping();
    process.kill(tenantd.pid, 'SIGSTOP');
    const params = { text: 'x'.repeat(10_000) };
    const calls = Array.from({ length: 3000 }, () => tenantd.call('nothing', params).catch(({ kind }) => kind));
    // Some of the 30 MB are in the pipe, the rest waits with its calls, which can be taken back.
    const controller = new AbortController();
    const last = tenantd.ping({ signal: controller.signal }).catch(({ kind, message }) => [kind, message]);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    assert.deepEqual(await last, ['cancelled', '“ping” was cancelled before it was sent.']);
    process.kill(tenantd.pid, 'SIGCONT');
    const kinds = await Promise.all(calls);
    assert.ok(kinds.every((kind) => kind === 'method_not_found'));
  });

  test('a flood on standard error blocks nobody', async (t) => {
    const tenantd = plain(t, `
      process.stderr.write('x'.repeat(1 << 22) + '\\n', () => send({ id: message.id, result: 1 }));`);
    assert.equal(await tenantd.status(), 1);
  });

  // The short run bears less, so that what is left of each call weighs as much.
  const [calls, bearable] = process.env.TENANTD_TEST_ALL_TOOLS === '1'
    ? [100_000, 2_000_000] : [25_000, 1_000_000];

  test(`${calls} calls leave no listener and no memory behind`, async (t) => {
    assert.ok(globalThis.gc, 'run with --expose-gc');
    const tenantd = client(t);
    const controller = new AbortController();
    const warnings = [];
    const onWarning = (warning) => warnings.push(warning);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const round = async (count) => {
      for (let done = 0; done < count; done += 1000) {
        await Promise.all(Array.from({ length: 1000 }, () =>
          tenantd.ping({ signal: controller.signal, timeout: 60 })));
      }
      // What is freed by a callback is gone after the next collection.
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        globalThis.gc();
      }
      return process.memoryUsage().heapUsed;
    };
    const before = await round(calls / 5);
    const after = await round(calls);
    t.diagnostic(`${after - before} bytes more`);
    assert.ok(after - before < bearable, `${after - before} bytes more`);
    assert.deepEqual(warnings, []);
  });
});
