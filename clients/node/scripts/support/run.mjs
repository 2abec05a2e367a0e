// How a command runs and ends: signals take its work back, failures become a sentence and an exit
// code.

import { constants } from 'node:os';
import { TenantdError } from 'tenantd';
import { UsageError } from './arguments.mjs';

/**
 * Runs a command. Exit codes: what `command` returns (0 and 1), 1 when it fails, 2 when the command
 * line is wrong, 128 and the signal's number when it was interrupted.
 *
 * @param {string} usage
 * @param {(words: string[], signal: AbortSignal) => Promise<number>} command
 */
export async function run(usage, command) {
  const words = process.argv.slice(2);
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  const controller = new AbortController();
  // npm passes Ctrl-C on to a program that had it from the terminal: a second one changes nothing.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => controller.abort(name));
  }
  try {
    process.exitCode = await command(words, controller.signal);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UsageError) {
      process.exitCode = 2;
      process.stderr.write(`${error.message}\n\n${usage}`);
    } else if (error instanceof TenantdError) {
      process.stderr.write(`\n${sentences(error)}\n`);
    } else {
      throw error;
    }
  }
  const { aborted, reason } = controller.signal;
  if (aborted) process.exitCode = 128 + constants.signals[reason];
}

/** An error as a person reads it: what it is, what is wrong with what, what to do, what is left. */
export function sentences(error) {
  const lines = [`${error.message}`, ...(error.advice === undefined ? [] : [error.advice])];
  if (error.rolledBack === true) lines.push('Nothing is left of it.');
  if (error.rolledBack === false) {
    lines.push(`Something is left of it: ${error.pending ?? 'see the log'}`);
  }
  return lines.join('\n');
}
