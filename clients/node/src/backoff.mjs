// How long to wait before a process that ended is started again: a pure value.

/** Milliseconds: the first wait, the longest, and how long a process must live to be forgiven. */
const first = 100;
const longest = 5000;
const healthy = 10_000;

export class Backoff {
  #failures = 0;

  /** @param {number} lived milliseconds from its start to its end, which nobody asked for */
  ended(lived) {
    this.#failures = lived >= healthy ? 1 : this.#failures + 1;
  }

  /** It ended because it was to. */
  reset() {
    this.#failures = 0;
  }

  /** @returns {number} milliseconds */
  get delay() {
    if (this.#failures === 0) return 0;
    return Math.min(first * 2 ** (this.#failures - 1), longest);
  }
}
