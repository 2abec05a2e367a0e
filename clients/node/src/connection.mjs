// Messages over a child's standard input and output: lines out with backpressure, lines in as JSON.

import { LineSplitter } from './lines.mjs';

/** Characters that are written at once; more than one call shares a write. */
const batch = 64 * 1024;

export class Connection {
  #input;
  #splitter;
  #onMessage;
  #onBroken;
  #outbox = new Map();
  #isScheduled = false;
  #isBlocked = false;
  #isEnding = false;
  #isBroken = false;

  /**
   * @param {import('node:stream').Writable} input what the process reads
   * @param {import('node:stream').Readable} output what it writes
   * @param {{ onMessage: (message: unknown) => void, onBroken: (line: string) => void,
   *   maximumLine?: number }} handlers `onBroken` gets what was not JSON, once
   */
  constructor(input, output, { onMessage, onBroken, maximumLine }) {
    this.#input = input;
    this.#onMessage = onMessage;
    this.#onBroken = onBroken;
    this.#splitter = new LineSplitter(maximumLine);
    output.on('data', (chunk) => this.#read(chunk));
    input.on('drain', () => {
      this.#isBlocked = false;
      this.#flush();
    });
  }

  /** Queues a line. It is written when this turn of the program is over, or the process reads on. */
  send(id, line) {
    this.#outbox.set(id, line);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  /** Takes a line back. @returns {boolean} whether it was still here */
  withdraw(id) {
    return this.#outbox.delete(id);
  }

  /** @returns {number[]} the ids of the lines that were not written */
  unwritten() {
    return [...this.#outbox.keys()];
  }

  /** Ends the process's input behind what is queued. */
  end() {
    this.#isEnding = true;
    this.#flush();
  }

  #flush() {
    if (this.#isBlocked || !this.#input.writable) return;
    let text = '';
    for (const [id, line] of this.#outbox) {
      this.#outbox.delete(id);
      text += line + '\n';
      if (text.length < batch) continue;
      if (!this.#input.write(text)) {
        this.#isBlocked = true;
        return;
      }
      text = '';
    }
    if (text !== '' && !this.#input.write(text)) this.#isBlocked = true;
    else if (this.#isEnding) this.#input.end();
  }

  #read(chunk) {
    if (this.#isBroken) return;
    let lines;
    try {
      lines = this.#splitter.push(chunk);
    } catch (error) {
      return this.#break(error.message);
    }
    for (const line of lines) {
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        return this.#break(line);
      }
      this.#onMessage(message);
    }
  }

  #break(line) {
    this.#isBroken = true;
    this.#onBroken(line);
  }
}
