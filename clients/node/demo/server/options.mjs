// What the demo is told: its arguments and its environment, and where tenantd is.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

export const usage = `Usage: node server.mjs [--sandbox[=FOLDER] | --bench COMPOSE_FOLDER]

A signup page, and an operator's page, on loopback. Without an argument the bench is a sandbox in a
temporary folder, unless the environment names a real one (TENANTD_LAUNCHER, TENANTD_COMPOSE_DIR,
TENANTD_BENCH or DOCKER_SERVICE).

  PORT             the port; 0 takes a free one [3000]
  TENANTD_BINARY   the program [.build/release/tenantd, .build/debug/tenantd, tenantd in PATH]
  TENANTD_…        tenantd's own settings: see tenantd --help`;

/** Names of the environment that say that there is a real bench. */
const benchNames = ['TENANTD_LAUNCHER', 'TENANTD_COMPOSE_DIR', 'TENANTD_BENCH', 'DOCKER_SERVICE'];

/** A start that cannot go on: its message is a sentence for the person who started it. */
export class OptionsError extends Error {}

/**
 * @param {readonly string[]} words the arguments behind the script
 * @param {Record<string, string | undefined>} environment
 * @returns {{ help: true } | { port: number, suffix: string, sandbox: boolean,
 *   client: import('../../src/index.js').TenantdOptions }}
 */
export function readOptions(words, environment) {
  let sandbox;
  let bench;
  const rest = [...words];
  while (rest.length > 0) {
    const word = rest.shift();
    const [flag, value] = split(word);
    if (flag === '--help' || flag === '-h') return { help: true };
    if (flag === '--sandbox') sandbox = value ?? true;
    else if (flag === '--bench') bench = value ?? rest.shift();
    else throw new OptionsError(`“${word}” is no argument of the demo.\n\n${usage}`);
    if (flag === '--bench' && !bench) throw new OptionsError('--bench needs a folder.');
  }
  if (sandbox !== undefined && bench !== undefined) {
    throw new OptionsError('--sandbox and --bench exclude each other.');
  }
  if (bench !== undefined && !isFolder(bench)) {
    throw new OptionsError(`--bench ${bench}: there is no such folder.`);
  }
  if (bench === undefined && !benchNames.some((name) => environment[name])) sandbox ??= true;
  return {
    port: readPort(environment.PORT),
    suffix: environment.TENANTD_SITE_SUFFIX || 'localhost',
    sandbox: sandbox !== undefined,
    client: {
      binary: findBinary(environment),
      args: bench === undefined ? [] : [`--compose-dir=${resolve(bench)}`],
      sandbox: typeof sandbox === 'string' ? resolve(sandbox) : sandbox,
      // A terminal is read by a person: sentences, and only those that ask for attention.
      env: {
        TENANTD_LOG: environment.TENANTD_LOG ?? 'warning',
        TENANTD_LOG_FORMAT: environment.TENANTD_LOG_FORMAT ?? 'text',
      },
    },
  };
}

function split(word) {
  const end = word.indexOf('=');
  return end === -1 ? [word] : [word.slice(0, end), word.slice(end + 1)];
}

function readPort(text = '3000') {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new OptionsError(`PORT is “${text}”, but must be a number from 0 to 65535.`);
}

function findBinary(environment) {
  // Named by a person: if it is wrong, the client says how.
  if (environment.TENANTD_BINARY) return environment.TENANTD_BINARY;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = [
    join(repository, '.build/release/tenantd'), join(repository, '.build/debug/tenantd'),
    ...folders.map((folder) => join(folder, 'tenantd')),
  ].find(isProgram);
  if (found !== undefined) return found;
  throw new OptionsError(
    `There is no tenantd: neither built in ${repository} nor in PATH.\n`
      + 'Run `swift build` there, or set TENANTD_BINARY to its path.');
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isFolder(path) {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
