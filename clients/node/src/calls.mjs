// The calls that are not answered yet: a pure table. It does no I/O; each input returns what is to
// be done, and the supervisor does it.

/** How often a call is given to a process, when each one ends under it. */
const attempts = 3;

/**
 * A call: `line` is what is written, `isRepeatable` whether a second process may get it when the
 * first ended under it, `state` one of `waiting` (for a process), `sent` and `cancelling`.
 */
export class CallTable {
  #calls = new Map();
  #last = 0;

  get size() {
    return this.#calls.size;
  }

  /** @returns {number} an id that no other call has had */
  nextID() {
    this.#last += 1;
    return this.#last;
  }

  get(id) {
    return this.#calls.get(id);
  }

  /** Enters a call: `{ id, line, isRepeatable, … }`. */
  enter(call) {
    call.state = 'waiting';
    call.attempts = 0;
    this.#calls.set(call.id, call);
    return call;
  }

  /** @returns {object[]} the calls that no process has got, oldest first; they are `sent` now */
  takeWaiting() {
    const waiting = [];
    for (const call of this.#calls.values()) {
      if (call.state === 'waiting') waiting.push(this.sent(call));
    }
    return waiting;
  }

  /** Notes that a process gets the call. */
  sent(call) {
    call.state = 'sent';
    call.attempts += 1;
    return call;
  }

  /** Notes that the process did not get it after all: its line was never written. */
  unsent(id) {
    const call = this.#calls.get(id);
    if (call === undefined || call.state === 'waiting') return;
    call.state = 'waiting';
    call.attempts -= 1;
  }

  /** A reply has come, or the call is given up. Returns it; `undefined` when it is not here. */
  remove(id) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  /**
   * The caller takes a call back.
   *
   * @returns {'drop' | 'cancel' | undefined} `drop`: nobody has seen it, and it is out of the table;
   *   `cancel`: the process must be asked to end it; nothing: it is over, or being ended already
   */
  cancel(id) {
    const call = this.#calls.get(id);
    if (call?.state === 'waiting') {
      this.#calls.delete(id);
      return 'drop';
    }
    if (call?.state !== 'sent') return undefined;
    call.state = 'cancelling';
    return 'cancel';
  }

  /**
   * The process has ended. The calls that may be repeated wait again; those that nobody has seen
   * still do.
   *
   * @returns {object[]} the calls that this ends, oldest first
   */
  processEnded() {
    const over = [];
    for (const call of this.#calls.values()) {
      if (call.state === 'waiting') continue;
      if (call.state === 'sent' && call.isRepeatable && call.attempts < attempts) {
        call.state = 'waiting';
      } else {
        over.push(call);
        this.#calls.delete(call.id);
      }
    }
    return over;
  }

  /** Takes every call out. */
  clear() {
    const all = [...this.#calls.values()];
    this.#calls.clear();
    return all;
  }
}
