// Keeps one tenantd running while it is needed: starts it at the first call, greets it, gives it
// the calls, restarts it with back-off, and notices when it hangs.
import { forget, whenAborted } from './aborts.mjs';
import { Backoff } from './backoff.mjs';
import { CallTable } from './calls.mjs';
import { failure, fromReply, isObject } from './failures.mjs';
import { Followers } from './followers.mjs';
import { endedUnder, isTooLong, startFailure, takenBack, tooLong } from './outcomes.mjs';
import { ServerProcess } from './process.mjs';
import { checkVersion } from './version.mjs';

/** The id of the greeting; calls have 1 and up. */
const greeting = 0;
/** Milliseconds that tenantd has to answer a call that was taken back because its time was over. */
const cancelLimit = 5000;

export class Supervisor {
  #command;
  #startTimeout;
  #hangTimeout;
  #calls = new CallTable();
  #backoff = new Backoff();
  #process;
  /** `idle`, `pausing` before a start, `greeting`, `open`, or `ending`. */
  #phase = 'idle';
  #started = 0;
  #startTimer;
  #watch;
  #heard = false;
  #pinged = false;
  #ended = [];
  /** Who wants the log. */
  followers = new Followers();

  /**
   * @param {{ command: { binary: string, args: string[], cwd?: string,
   *   env: Record<string, string> }, startTimeout: number, hangTimeout: number }} options times in
   *   seconds
   */
  constructor({ command, startTimeout, hangTimeout }) {
    this.#command = command;
    this.#startTimeout = startTimeout;
    this.#hangTimeout = hangTimeout;
  }

  /** How many calls are not answered. */
  get pending() {
    return this.#calls.size;
  }

  /** The process that runs now, if one does. */
  get pid() {
    return this.#process?.pid;
  }

  /**
   * @param {string} method
   * @param {object | undefined} params
   * @param {{ signal?: AbortSignal, timeout?: number, onProgress?: (event: object) => void,
   *   isRepeatable?: boolean, log?: (line: string) => void }} [options] `timeout` in seconds; `log`
   *   is told of trouble with `onProgress`
   * @returns {Promise<unknown>}
   */
  call(method, params, { signal, timeout, onProgress, isRepeatable = false, log } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(takenBack(method, signal.reason));
      const id = this.#calls.nextID();
      const line = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      if (isTooLong(line)) return reject(tooLong(method));
      const call = this.#calls.enter({
        id, line, method, onProgress, isRepeatable, log, resolve, reject, signal,
      });
      if (signal !== undefined) {
        whenAborted(signal, call, () => this.#takeBack(call, takenBack(method, signal.reason)));
      }
      if (timeout !== undefined) {
        call.timer = setTimeout(() => this.#expire(call, timeout), timeout * 1000);
      }
      if (this.#phase === 'open') this.#send(call);
      else this.#wake();
      if (this.#calls.size === 1) this.#watch?.ref();
    });
  }

  /** Ends the process, which finishes what it has first. Calls that come meanwhile start another. */
  end() {
    if (this.#process === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended.push(resolve);
      if (this.#phase === 'ending') return;
      this.#phase = 'ending';
      this.#process.end();
    });
  }

  // MARK: Starting

  #wake() {
    if (this.#phase !== 'idle' || this.#calls.size === 0) return;
    const { delay } = this.#backoff;
    if (delay === 0) return this.#start();
    this.#phase = 'pausing';
    setTimeout(() => {
      this.#phase = 'idle';
      if (this.#calls.size > 0) this.#start();
    }, delay);
  }

  #start() {
    this.#phase = 'greeting';
    this.#started = performance.now();
    this.#heard = true;
    this.#pinged = false;
    const server = new ServerProcess(this.#command, {
      onMessage: (message) => this.#receive(message),
      onLog: (line) => this.followers.tell(line),
      onEnd: (error) => this.#processEnded(error),
    });
    this.#process = server;
    if (server.pid === undefined) return;
    // Nothing that a customer typed goes to a program that has not said that it is tenantd.
    server.connection.send(
      greeting, JSON.stringify({ jsonrpc: '2.0', id: greeting, method: 'rpc.discover' }));
    this.#startTimer = setTimeout(() => {
      const limit = `${this.#startTimeout} s`;
      server.kill(failure(
        'not_responding', `${server.binary} was started but said nothing within ${limit}.`,
        { advice: 'Is it tenantd? Run it with --version.' }));
    }, this.#startTimeout * 1000);
    this.#watch = setInterval(() => this.#look(), this.#hangTimeout * 1000);
  }

  #greeted(message) {
    clearTimeout(this.#startTimer);
    const wrong = checkVersion(message.result?.info, this.#process.binary);
    if (wrong !== undefined) return this.#process.kill(wrong);
    this.#process.greeted();
    if (this.#phase !== 'greeting') return;
    this.#phase = 'open';
    for (const call of this.#calls.takeWaiting()) {
      this.#process.connection.send(call.id, call.line);
    }
    if (this.#calls.size === 0) this.#watch.unref();
  }

  #processEnded(error) {
    clearTimeout(this.#startTimer);
    clearInterval(this.#watch);
    const phase = this.#phase;
    const unwritten = this.#process.connection?.unwritten() ?? [];
    this.#watch = undefined;
    this.#process = undefined;
    this.#phase = 'idle';
    if (phase === 'ending') this.#backoff.reset();
    else this.#backoff.ended(performance.now() - this.#started);
    for (const resolve of this.#ended.splice(0)) resolve();
    for (const id of unwritten) this.#calls.unsent(id);
    const ends = phase === 'greeting' ? this.#calls.clear() : this.#calls.processEnded();
    for (const call of ends) {
      this.#settle(call);
      call.reject(phase === 'greeting' ? startFailure(error) : endedUnder(call, error));
    }
    this.#wake();
  }

  // MARK: Calls

  #send(call) {
    this.#calls.sent(call);
    this.#process.connection.send(call.id, call.line);
  }

  #receive(message) {
    this.#heard = true;
    if (!isObject(message)) return this.#misunderstood();
    const { id } = message;
    if (message.method === 'progress') return this.#progress(message.params);
    if (id === greeting && this.#phase === 'greeting') return this.#greeted(message);
    if (typeof id !== 'number') return message.method === undefined && this.#misunderstood();
    const call = this.#calls.remove(id);
    if (call === undefined) return undefined;
    this.#settle(call);
    if (message.error === undefined) return call.resolve(message.result);
    const error = fromReply(message.error);
    if (call.instead !== undefined && error.kind === 'cancelled') {
      const { kind, message: sentence, cause } = call.instead;
      const data = kind === 'timeout' ? { advice: call.instead.advice } : {};
      return call.reject(failure(kind, kind === 'timeout' ? sentence : error.message, {
        ...error.data, ...data,
      }, { code: error.code, cause }));
    }
    return call.reject(error);
  }

  #progress(params) {
    const call = this.#calls.get(params?.id);
    if (call?.onProgress === undefined) return;
    try {
      call.onProgress(params);
    } catch (error) {
      // The listener's trouble, and not that of the others whose replies come behind.
      call.log?.(`onProgress failed: ${error?.stack ?? error}`);
    }
  }

  #settle(call) {
    clearTimeout(call.timer);
    if (call.signal !== undefined) forget(call.signal, call);
    if (this.#calls.size === 0) this.#watch?.unref();
  }

  /** The caller no longer wants the result: `error` is what it gets, unless tenantd says more. */
  #takeBack(call, error) {
    if (this.#process?.connection?.withdraw(call.id)) this.#calls.unsent(call.id);
    call.instead ??= error;
    switch (this.#calls.cancel(call.id)) {
      case 'drop':
        this.#settle(call);
        call.reject(error);
        break;
      case 'cancel':
        this.#tell('cancel', { id: call.id });
        break;
      default:
    }
  }

  #expire(call, seconds) {
    const error = failure('timeout', `“${call.method}” was not done within ${seconds} s.`, {
      advice: 'Try again; raise `timeout` if the bench is slow.',
    });
    this.#takeBack(call, error);
    call.timer = setTimeout(() => {
      if (this.#calls.remove(call.id) === undefined) return;
      this.#settle(call);
      call.reject(error);
    }, cancelLimit);
  }

  /** A request whose reply nobody waits for. */
  #tell(method, params) {
    const id = this.#calls.nextID();
    this.#process?.connection?.send(id, JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }

  // MARK: Trouble

  /** Each `hangTimeout`: silence is asked for a word, and silence after that is the end. */
  #look() {
    if (this.#calls.size === 0 || this.#phase === 'greeting') return;
    if (this.#heard) {
      this.#heard = false;
      this.#pinged = false;
    } else if (!this.#pinged) {
      this.#pinged = true;
      this.#tell('ping');
    } else {
      this.#process.kill(failure(
        'not_responding', `tenantd has not answered for ${this.#hangTimeout} s and was ended.`));
    }
  }

  #misunderstood() {
    this.#process.kill(failure(
      'protocol_error', 'tenantd and this client do not understand each other: a reply had no id.'));
  }
}
