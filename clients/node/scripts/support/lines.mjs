// Lines on standard output: on a terminal the last one can be written over, elsewhere only what is
// final is printed.

export class Lines {
  #out;
  #isLive;
  #timer;

  /** @param {import('node:stream').Writable & { isTTY?: boolean, columns?: number }} out */
  constructor(out = process.stdout) {
    this.#out = out;
    this.#isLive = out.isTTY === true;
  }

  /** A line that stays; what was live before it is gone. */
  print(text = '') {
    this.#stop();
    this.#out.write(`${text}\n`);
  }

  /**
   * A line that is written over again and again until the next `print`.
   *
   * @param {(seconds: number) => string} text what it says so many seconds after this call
   */
  live(text) {
    this.#stop();
    if (!this.#isLive) return;
    const start = performance.now();
    const show = () => {
      const line = text((performance.now() - start) / 1000);
      this.#out.write(`\r\u001B[2K${line.slice(0, (this.#out.columns || 80) - 1)}`);
    };
    show();
    this.#timer = setInterval(show, 100);
  }

  /** Takes the live line away. */
  close() {
    this.#stop();
  }

  #stop() {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#out.write('\r\u001B[2K');
  }
}

/** Seconds for a person. */
export function duration(seconds) {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
}

/** `1 tenant`, `2 tenants`. */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
