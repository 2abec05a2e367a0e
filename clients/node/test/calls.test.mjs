// The table of calls and the back-off: inputs in, decisions out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../src/backoff.mjs';
import { CallTable } from '../src/calls.mjs';

const ids = (calls) => calls.map((call) => call.id);

function table(...calls) {
  const table = new CallTable();
  for (const call of calls) table.enter({ isRepeatable: false, ...call });
  return table;
}

test('ids are never used twice', () => {
  const table = new CallTable();
  assert.deepEqual([table.nextID(), table.nextID(), table.nextID()], [1, 2, 3]);
});

test('calls that wait are taken once, oldest first', () => {
  const calls = table({ id: 1 }, { id: 2 });
  assert.deepEqual(ids(calls.takeWaiting()), [1, 2]);
  assert.deepEqual(calls.takeWaiting(), []);
});

test('a reply ends its call once', () => {
  const calls = table({ id: 1 });
  assert.equal(calls.remove(1).id, 1);
  assert.equal(calls.remove(1), undefined);
  assert.equal(calls.size, 0);
});

test('a call that nobody has seen is dropped; one that was sent is cancelled, once', () => {
  const calls = table({ id: 1 });
  assert.equal(calls.cancel(1), 'drop');
  assert.equal(calls.size, 0);
  calls.enter({ id: 2 });
  calls.takeWaiting();
  assert.equal(calls.cancel(2), 'cancel');
  assert.equal(calls.cancel(2), undefined);
  assert.equal(calls.cancel(3), undefined);
  assert.equal(calls.size, 1);
});

test('the end of the process ends what was sent, but not what waits or may be repeated', () => {
  const calls = table({ id: 1 }, { id: 2, isRepeatable: true }, { id: 3 });
  calls.takeWaiting();
  calls.unsent(3);
  calls.enter({ id: 4 });
  assert.deepEqual(ids(calls.processEnded()), [1]);
  assert.deepEqual(ids(calls.takeWaiting()), [2, 3, 4]);
});

test('a call is repeated twice and no more, and not at all when it was taken back', () => {
  const calls = table({ id: 1, isRepeatable: true }, { id: 2, isRepeatable: true });
  calls.takeWaiting();
  calls.cancel(2);
  assert.deepEqual(ids(calls.processEnded()), [2]);
  calls.takeWaiting();
  assert.deepEqual(ids(calls.processEnded()), []);
  calls.takeWaiting();
  assert.deepEqual(ids(calls.processEnded()), [1]);
});

test('a line that was never written is no attempt', () => {
  const calls = table({ id: 1, isRepeatable: true });
  for (let round = 0; round < 10; round += 1) {
    assert.deepEqual(ids(calls.takeWaiting()), [1]);
    calls.unsent(1);
    assert.deepEqual(calls.processEnded(), []);
  }
});

test('the wait before a restart doubles up to a limit, and a long life forgives', () => {
  const backoff = new Backoff();
  const delays = [backoff.delay];
  for (let round = 0; round < 8; round += 1) {
    backoff.ended(5);
    delays.push(backoff.delay);
  }
  assert.deepEqual(delays, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  backoff.ended(60_000);
  assert.equal(backoff.delay, 100);
  backoff.reset();
  assert.equal(backoff.delay, 0);
});
