// The keys of finished workspaces, kept here for a while: a browser gets them when its user asks.

import { randomUUID } from 'node:crypto';

/** Milliseconds. */
const lifetime = 15 * 60 * 1000;
const capacity = 1000;

export class Receipts {
  #kept = new Map();

  /** @returns {string} what the keys can be had for, until they are forgotten */
  keep(keys) {
    const receipt = randomUUID();
    const timer = setTimeout(() => this.#kept.delete(receipt), lifetime).unref();
    this.#kept.set(receipt, { keys, timer });
    if (this.#kept.size > capacity) {
      const [oldest, { timer: old }] = this.#kept.entries().next().value;
      clearTimeout(old);
      this.#kept.delete(oldest);
    }
    return receipt;
  }

  /** @returns {object | undefined} */
  find(receipt) {
    return this.#kept.get(receipt)?.keys;
  }
}
