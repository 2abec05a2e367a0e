// Lines out of chunks: any split gives the same lines, and only the byte 0x0A ends one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineSplitter } from '../src/lines.mjs';

const text = '{"a":"é😀\u2028\u2029\u0085"}\r\n\n{"b":"x\ry"}\n[]\n';
const expected = ['{"a":"é😀\u2028\u2029\u0085"}', '{"b":"x\ry"}', '[]'];

test('every split into three chunks gives the same lines', () => {
  const bytes = Buffer.from(text);
  for (let first = 0; first <= bytes.length; first += 1) {
    for (let second = first; second <= bytes.length; second += 1) {
      const splitter = new LineSplitter();
      const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      assert.deepEqual(chunks.flatMap((chunk) => splitter.push(chunk)), expected);
    }
  }
});

test('byte by byte gives the same lines', () => {
  const splitter = new LineSplitter();
  const lines = [...Buffer.from(text)].flatMap((byte) => splitter.push(Buffer.from([byte])));
  assert.deepEqual(lines, expected);
});

test('a line without an end is no line yet', () => {
  const splitter = new LineSplitter();
  assert.deepEqual(splitter.push(Buffer.from('{"a"')), []);
  assert.deepEqual(splitter.push(Buffer.from(':1}\n')), ['{"a":1}']);
});

test('a line that never ends is refused, and not collected', () => {
  const splitter = new LineSplitter(10);
  assert.deepEqual(splitter.push(Buffer.from('12345')), []);
  assert.throws(() => splitter.push(Buffer.from('678901')), RangeError);
});
