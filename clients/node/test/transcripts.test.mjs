// Replays the golden conversations of Tests/Transcripts through the client's own process and lines.
// Their form is told in Tests/tenantdTests/TranscriptTests.swift.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { childEnvironment } from '../src/environment.mjs';
import { isObject } from '../src/failures.mjs';
import { ServerProcess } from '../src/process.mjs';
import { binary, limit, packageFolder } from './support.mjs';

// As users have it.
delete process.env.TENANTD_POOL;

const folder = join(packageFolder, '../../Tests/Transcripts');
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl')).sort();

const kinds = {
  '<any>': () => true,
  '<string>': (value) => typeof value === 'string',
  '<number>': (value) => typeof value === 'number',
  '<hex64>': (value) => /^[0-9a-f]{64}$/.test(value),
};

/** Whether a message has the same members and elements; a placeholder stands for a kind. */
function fits(value, pattern) {
  if (typeof pattern === 'string' && Object.hasOwn(kinds, pattern)) return kinds[pattern](value);
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && value.length === pattern.length
      && pattern.every((part, index) => fits(value[index], part));
  }
  if (!isObject(pattern)) return value === pattern;
  const names = Object.keys(pattern);
  return isObject(value) && Object.keys(value).length === names.length
    && names.every((name) => Object.hasOwn(value, name) && fits(value[name], pattern[name]));
}

/** A running sandbox: lines in, and messages out that are waited for. */
class Conversation {
  #server;
  #lines = 0;
  #unexpected = [];
  #waiter;
  #ended;

  constructor() {
    const command = { binary, args: ['--sandbox'], env: childEnvironment(process.env) };
    this.#ended = new Promise((resolve) => {
      this.#server = new ServerProcess(command, {
        onMessage: (message) => {
          this.#unexpected.push(message);
          this.#waiter?.look();
        },
        onLog: () => {},
        onEnd: (error) => {
          this.#waiter?.reject(error);
          resolve(error);
        },
      });
    });
  }

  write(line) {
    this.#lines += 1;
    this.#server.connection.send(this.#lines, line);
  }

  /** Waits for a message that fits, which may have come before. */
  expect(pattern) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const index = this.#unexpected.findIndex((message) => fits(message, pattern));
        if (index === -1) return;
        this.#unexpected.splice(index, 1);
        this.#waiter = undefined;
        resolve();
      };
      this.#waiter = { look, reject };
      look();
    });
  }

  /** Closes the input. @returns what was never expected, and how the process ended */
  async end() {
    this.#server.end();
    const { data } = await this.#ended;
    return { rest: this.#unexpected, exitCode: data.exitCode };
  }
}

describe('transcripts', limit, () => {
  test('there are some', () => assert.ok(files.length >= 5));

  for (const file of files) {
    test(file, async (t) => {
      // Nothing of a client keeps the program alive, and here it is all there is.
      const alive = setInterval(() => {}, 1000);
      t.after(() => clearInterval(alive));
      const lines = readFileSync(join(folder, file), 'utf8').split('\n').filter((line) => line !== '');
      const [first, ...entries] = lines.map((line) => JSON.parse(line));
      assert.equal(typeof first.about, 'string');
      const conversation = new Conversation();
      for (const [index, { send, line, expect }] of entries.entries()) {
        if (send !== undefined) conversation.write(JSON.stringify(send));
        else if (line !== undefined) conversation.write(line);
        else {
          const where = `line ${index + 2} of ${file}: ${JSON.stringify(expect)}`;
          await conversation.expect(expect).catch((cause) => { throw new Error(where, { cause }); });
        }
      }
      assert.deepEqual(await conversation.end(), { rest: [], exitCode: 0 });
    });
  }

  test('the form itself: what fits, and what does not', () => {
    assert.ok(fits('0f'.repeat(32), '<hex64>') && !fits('0F', '<hex64>'));
    assert.ok(fits(1.5, '<number>') && !fits('1', '<number>'));
    assert.ok(fits('', '<string>') && !fits(null, '<string>'));
    assert.ok(fits({ a: [1, null] }, { a: ['<any>', '<any>'] }));
    assert.ok(!fits({ a: 1, b: 2 }, { a: 1 }) && !fits({ a: 1 }, { a: 1, b: 2 }));
    assert.ok(!fits([1, 2], [1]) && !fits({}, []) && !fits([], {}) && !fits('1', 1));
  });
});
