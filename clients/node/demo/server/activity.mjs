// What signups through this server came to, for the operator: the last that were finished, and the
// last that need attention.

const capacity = 20;
const finishedCapacity = 5;

export class Activity {
  #entries = [];
  #finished = [];
  #count = 0;

  /** @param {{ site: string, seconds: number, warnings: string[] }} tenant */
  finished(tenant, { isHandedOver }) {
    const { site, seconds } = tenant;
    this.#count += 1;
    this.#finished = newest({ at: now(), site, seconds }, this.#finished, finishedCapacity);
    for (const message of tenant.warnings) this.#add('warning', { site, message });
    if (isHandedOver) return;
    this.#add('warning', {
      site,
      message: 'The workspace was finished in the moment in which its customer left.',
    });
  }

  /**
   * What a customer typed wrong is between them and the form, and not told here.
   *
   * @param {import('../../src/index.js').TenantdError} error
   */
  failed(error) {
    const { kind, site, step, message, rolledBack, pending, advice } = error;
    if (['invalid_params', 'site_exists', 'email_in_use', 'refused'].includes(kind)) return;
    const level = kind === 'cancelled' && rolledBack !== false ? 'note' : 'failure';
    this.#add(level, { kind, site, step, message, rolledBack, pending, advice });
  }

  /** Newest first. */
  get lately() {
    return { count: this.#count, finished: this.#finished, entries: this.#entries };
  }

  #add(level, entry) {
    this.#entries = newest({ level, at: now(), ...entry }, this.#entries, capacity);
  }
}

function newest(entry, others, limit) {
  return [entry, ...others].slice(0, limit);
}

function now() {
  return new Date().toISOString();
}
