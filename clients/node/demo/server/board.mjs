// The operator's view: one question to tenantd a second while anybody looks, and at once when a
// signup moves, however many look.

import { TenantdError } from '../../src/index.mjs';
import { EventStream } from './http.mjs';

/** Milliseconds between two questions: when nothing moves, and at the least. */
const calm = 1000;
const quick = 100;
/** Seconds for an answer. */
const patience = 10;

export class Board {
  #tenantd;
  #activity;
  #bench;
  #watchers = new Set();
  #timer;
  #isAsking = false;
  #isStale = false;
  #last;

  /** @param {{ bench: 'sandbox' | 'bench' }} parts what kind of bench it is */
  constructor({ tenantd, activity, bench }) {
    this.#tenantd = tenantd;
    this.#activity = activity;
    this.#bench = bench;
  }

  /** `GET /api/operator`: a stream of `status` events. */
  watch(_request, response) {
    const stream = new EventStream(response);
    this.#watchers.add(stream);
    stream.onClose(() => {
      this.#watchers.delete(stream);
      if (this.#watchers.size === 0) clearTimeout(this.#timer);
    });
    if (this.#last !== undefined) stream.send('status', this.#last);
    void this.#ask();
  }

  /** Something has moved. */
  changed() {
    this.#isStale = true;
    if (!this.#isAsking) this.#askIn(quick);
  }

  /** Ends every stream. */
  close() {
    clearTimeout(this.#timer);
    for (const stream of this.#watchers) stream.end();
  }

  #askIn(milliseconds) {
    clearTimeout(this.#timer);
    if (this.#watchers.size === 0) return;
    this.#timer = setTimeout(() => void this.#ask(), milliseconds);
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#isStale = false;
    this.#last = { ...(await this.#status()), bench: this.#bench, lately: this.#activity.lately };
    for (const stream of this.#watchers) stream.send('status', this.#last);
    this.#isAsking = false;
    this.#askIn(this.#isStale ? quick : calm);
  }

  async #status() {
    try {
      return { service: await this.#tenantd.status({}, { timeout: patience }) };
    } catch (error) {
      if (!(error instanceof TenantdError)) throw error;
      const { kind, message, advice } = error;
      return { trouble: { kind, message, advice } };
    }
  }
}
