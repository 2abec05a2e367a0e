// The client: the methods of tenantd as methods, over a process that clients with the same options
// share.

import { childEnvironment } from './environment.mjs';
import { failure } from './failures.mjs';
import { Supervisor } from './supervisor.mjs';

// Bundlers and hot reload evaluate a module several times in one Node process. What they share is
// `globalThis`, so the processes are kept there.
const registry = (globalThis[Symbol.for('tenantd.supervisors')] ??= new Map());

export class Tenantd {
  #supervisor;
  /** Alone has the function, which goes with the client. */
  #follower;
  #isClosed = false;
  #own = 0;
  #idle = [];

  /** @param {import('./index.js').TenantdOptions} [options] */
  constructor(options = {}) {
    const { binary, args, cwd, env, sandbox, startTimeout, hangTimeout, log, share } =
      checked(options);
    const command = {
      binary: binary ?? process.env.TENANTD_BINARY ?? 'tenantd',
      args: [...sandboxArgument(sandbox), ...args],
      cwd,
      env: childEnvironment(process.env, env),
    };
    this.#supervisor = supervisor({ command, startTimeout, hangTimeout }, share);
    this.#follower = { log };
    this.#supervisor.followers.add(this.#follower);
  }

  provision(params, options = {}) {
    const sent = { ...params };
    if (options.timeout !== undefined) sent.timeout ??= options.timeout;
    if (options.onProgress !== undefined) sent.progress = true;
    const { signal, onProgress } = options;
    const isRepeatable = typeof sent.idempotencyKey === 'string';
    // tenantd keeps the time itself, and undoes what it began.
    return this.#call('provision', sent, { signal, onProgress, isRepeatable });
  }

  status(params, options) {
    return this.#call('status', params, options);
  }

  login(params, options) {
    return this.#call('login', params, options);
  }

  async *tenants(query = {}, options = {}) {
    let { after } = query;
    do {
      const page = await this.#call('tenants', { ...query, after }, options);
      yield* page.tenants;
      after = page.next;
    } while (after !== undefined);
  }

  rotateKeys(params, options = {}) {
    return this.#call('rotateKeys', params, options);
  }

  changePlan(params, options = {}) {
    return this.#call('changePlan', params, options);
  }

  suspend(params, options = {}) {
    return this.#call('suspend', params, options);
  }

  resume(params, options = {}) {
    return this.#call('resume', params, options);
  }

  usage(params = {}, options = {}) {
    return this.#call('usage', params, options);
  }

  cleanup(params, options = {}) {
    const sent = options.onProgress === undefined ? params : { ...params, progress: true };
    return this.#call('cleanup', sent, options);
  }

  ping(options) {
    return this.#call('ping', undefined, options);
  }

  discover(options) {
    return this.#call('rpc.discover', undefined, options);
  }

  cancel(id, options) {
    return this.#call('cancel', { id }, options);
  }

  call(method, params, options) {
    return this.#call(method, params, options);
  }

  get pid() {
    return this.#supervisor.pid;
  }

  async close() {
    this.#isClosed = true;
    if (this.#own > 0) await new Promise((resolve) => this.#idle.push(resolve));
    if (this.#supervisor.pending === 0) await this.#supervisor.end();
    this.#supervisor.followers.remove(this.#follower);
  }

  async #call(method, params, options) {
    if (this.#isClosed) {
      throw failure('closed', `“${method}” cannot be called: this client was closed.`);
    }
    this.#own += 1;
    try {
      return await this.#supervisor.call(method, params, { ...options, log: this.#follower.log });
    } finally {
      this.#own -= 1;
      if (this.#own === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}

function supervisor(options, share) {
  if (!share) return new Supervisor(options);
  const key = JSON.stringify(options);
  if (!registry.has(key)) registry.set(key, new Supervisor(options));
  return registry.get(key);
}

function sandboxArgument(sandbox) {
  if (typeof sandbox === 'string') return [`--sandbox=${sandbox}`];
  return sandbox === true ? ['--sandbox'] : [];
}

const standard = {
  binary: undefined,
  args: [],
  cwd: undefined,
  env: {},
  sandbox: false,
  startTimeout: 10,
  hangTimeout: 15,
  log: (globalThis[Symbol.for('tenantd.log')] ??= (line) => process.stderr.write(`${line}\n`)),
  share: true,
};

function checked(options) {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(standard, name)) throw new TypeError(`Tenantd has no option \`${name}\`.`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const result = { ...standard, ...Object.fromEntries(given) };
  for (const name of ['startTimeout', 'hangTimeout']) {
    if (!(result[name] > 0 && result[name] <= 86_400)) {
      throw new TypeError(`\`${name}\` must be a number of seconds above 0.`);
    }
  }
  if (result.log === false) result.log = () => {};
  if (typeof result.log !== 'function') throw new TypeError('`log` must be a function or false.');
  return result;
}
