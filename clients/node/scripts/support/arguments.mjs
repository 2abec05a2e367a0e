// What the two commands take, and the tenantd that they talk to.

import { parseArgs } from 'node:util';
import { Tenantd } from 'tenantd';

/** What is wrong with the command line: told without a stack, exit code 2. */
export class UsageError extends Error {}

/**
 * Reads a command line. `--sandbox` may have a folder behind a `=`, and nothing is taken for it
 * otherwise, as tenantd itself has it.
 *
 * @param {string[]} words
 * @param {{ options?: Record<string, { type: 'string' | 'boolean' }>, positionals?: number }} wanted
 * @returns {{ values: Record<string, string | boolean | undefined>, positionals: string[],
 *   sandbox: string | boolean }}
 */
export function readArguments(words, { options = {}, positionals: most = 0 }) {
  let sandbox = false;
  const rest = words.filter((word) => {
    if (word !== '--sandbox' && !word.startsWith('--sandbox=')) return true;
    sandbox = word === '--sandbox' ? true : word.slice('--sandbox='.length);
    return false;
  });
  if (sandbox === '') throw new UsageError('--sandbox= needs a folder behind it.');
  let parsed;
  try {
    parsed = parseArgs({
      args: rest,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
  if (parsed.positionals.length > most) {
    throw new UsageError(`“${parsed.positionals[most]}” is one argument too many.`);
  }
  return { values: parsed.values, positionals: parsed.positionals, sandbox };
}

/**
 * The client of a command: the configured bench, or a sandbox. Its log is text, and keeps to what
 * the command does not tell itself.
 */
export function connect(sandbox, more = []) {
  const quiet = process.env.TENANTD_LOG === undefined ? ['--log', 'error'] : [];
  return new Tenantd({ sandbox, args: [...quiet, '--log-format', 'text', ...more] });
}
