// One running tenantd: the child process, its connection, its log, and how it came to its end.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Connection } from './connection.mjs';
import { failure, isObject } from './failures.mjs';
import { LineSplitter } from './lines.mjs';

/** Milliseconds in which the pipes of a process that has exited run dry. */
const drainLimit = 1000;
/** Milliseconds that an ending process has before it is told so, and then before it is killed. */
const endLimit = 10_000;

/** A line of the log in its text form. */
const logLine = /^\d{4}-\d\d-\d\dT\S+ (error|warning|info|debug) /;

export class ServerProcess {
  connection;
  #child;
  #command;
  #lastLog = [];
  #cause;
  #isGreeted = false;
  #isEnding = false;
  #onLog;
  #timers = [];

  /**
   * @param {{ binary: string, args: string[], cwd?: string, env: Record<string, string> }} command
   * @param {{ onMessage: (message: unknown) => void, onLog: (line: string) => void,
   *   onEnd: (error: import('./errors.mjs').TenantdError) => void }} handlers `onEnd` is called
   *   once, after the last message, with what ended it
   */
  constructor(command, { onMessage, onLog, onEnd }) {
    this.#command = command;
    this.#onLog = onLog;
    const { binary, args, cwd, env } = command;
    // A group of its own: Ctrl-C in a terminal is for the program, which decides what to do.
    try {
      this.#child = spawn(binary, args, { cwd, env, stdio: 'pipe', detached: true });
    } catch (error) {
      queueMicrotask(() => onEnd(this.#spawnError(error)));
      return;
    }
    const { stdin, stdout, stderr } = this.#child;
    this.#child.on('error', (error) => {
      // Spawning failed; later troubles (a signal that could not be sent) change nothing.
      if (this.#child.pid === undefined) onEnd(this.#spawnError(error));
    });
    if (this.#child.pid === undefined) return;
    // The table of calls, not the pipes, decides how long the program has something to wait for.
    for (const handle of [this.#child, stdin, stdout, stderr]) handle.unref();
    this.connection = new Connection(stdin, stdout, {
      onMessage,
      onBroken: (line) => this.kill(this.#rubbish(line)),
    });
    stdin.on('error', () => this.#lost('no longer reads its input'));
    stdout.on('end', () => this.#lost('closed its output'));
    this.#followLog(stderr);
    this.#child.on('exit', () => {
      this.#after(drainLimit, () => {
        for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
      });
    });
    this.#child.on('close', (code, signal) => {
      for (const timer of this.#timers) clearTimeout(timer);
      onEnd(this.#cause ?? this.#endError(code, signal));
    });
  }

  /** Ends it by end of input; one that stays is told with SIGTERM, and killed in the end. */
  end() {
    this.#isEnding = true;
    this.connection.end();
    this.#after(endLimit, () => this.#child.kill('SIGTERM'));
    this.#after(2 * endLimit, () => this.#child.kill('SIGKILL'));
  }

  /** It has said that it is tenantd: from now on its log is about customers. */
  greeted() {
    this.#isGreeted = true;
  }

  /** Ends it at once, for the reason given. What it had begun is undone by its next start. */
  kill(error) {
    this.#cause ??= error;
    this.#child.kill('SIGKILL');
  }

  get binary() {
    return this.#command.binary;
  }

  get pid() {
    return this.#child?.pid;
  }

  // A process that has one of its ends closed is mostly one that is exiting: its exit code says
  // more than we could. One that was asked to end has the time that an end has.
  #lost(what) {
    this.#after(drainLimit, () => {
      const hasExited = this.#child.exitCode !== null || this.#child.signalCode !== null;
      if (hasExited || this.#isEnding) return;
      this.kill(failure('process_ended', `tenantd ${what} and was ended.`));
    });
  }

  #after(milliseconds, action) {
    this.#timers.push(setTimeout(action, milliseconds));
  }

  // Read to the end, whether anybody wants it or not: a full pipe would block the process.
  #followLog(stderr) {
    let splitter = new LineSplitter(1024 * 1024);
    stderr.on('data', (chunk) => {
      let lines;
      try {
        lines = splitter.push(chunk);
      } catch {
        splitter = new LineSplitter(1024 * 1024);
        return;
      }
      for (const line of lines) {
        this.#lastLog = [...this.#lastLog.slice(-4), line];
        this.#onLog(line);
      }
    });
  }

  #spawnError(error) {
    const { binary, cwd } = this.#command;
    if (cwd !== undefined && !existsSync(cwd)) {
      return failure('start_failed', `tenantd cannot be started in ${cwd}: there is no such folder.`, {
        advice: 'Correct the `cwd` option.',
      }, { cause: error });
    }
    if (error.code === 'ENOENT') {
      const where = binary.includes('/') ? `at ${binary}` : `named ${binary} in PATH`;
      return failure('binary_missing', `tenantd was not found: there is no program ${where}.`, {
        advice: 'Set the `binary` option or TENANTD_BINARY to the path of tenantd.',
      }, { cause: error });
    }
    if (error.code === 'EACCES' || error.code === 'EPERM') {
      return failure('not_executable', `tenantd cannot be started: ${binary} may not be executed.`, {
        advice: `Is it the right file? If so: chmod +x ${binary}`,
      }, { cause: error });
    }
    return failure('start_failed', `tenantd cannot be started: ${error.message}.`, {}, { cause: error });
  }

  #rubbish(line) {
    const text = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
    return failure(
      'protocol_error',
      `${this.binary} wrote ${text} where a JSON-RPC message was due, and was ended.`,
      { advice: 'Is it tenantd? Run it with --version.' },
    );
  }

  #endError(code, signal) {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    // A customer is told nothing of another one's.
    const said = this.#isGreeted ? '' : this.#lastWords();
    return failure('process_ended', `tenantd ended with ${how}${said === '' ? '.' : `: ${said}`}`, {
      exitCode: code, signal,
    });
  }

  /** The last sentence that is no log line, or that the log calls an error. */
  #lastWords() {
    const said = this.#lastLog.map((line) => {
      try {
        const entry = JSON.parse(line);
        if (isObject(entry)) return entry.level === 'error' ? String(entry.message) : '';
      } catch {
        // A line of text.
      }
      return logLine.test(line) ? '' : line.replace(/^tenantd: /, '');
    });
    return said.findLast((text) => text !== '') ?? '';
  }
}
