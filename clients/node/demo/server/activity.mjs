// What signups through this server came to, for the operator: the last ones that need attention.

const capacity = 20;

export class Activity {
  #entries = [];
  #finished = 0;

  /** @param {{ site: string, seconds: number, warnings: string[] }} tenant */
  finished(tenant, { isHandedOver }) {
    this.#finished += 1;
    for (const message of tenant.warnings) this.#add('warning', { site: tenant.site, message });
    if (isHandedOver) return;
    this.#add('warning', {
      site: tenant.site,
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
    if (['invalid_params', 'site_exists', 'email_in_use'].includes(kind)) return;
    const level = kind === 'cancelled' && rolledBack !== false ? 'note' : 'failure';
    this.#add(level, { kind, site, step, message, rolledBack, pending, advice });
  }

  /** Newest first. */
  get lately() {
    return { finished: this.#finished, entries: this.#entries };
  }

  #add(level, entry) {
    const at = new Date().toISOString();
    this.#entries = [{ level, at, ...entry }, ...this.#entries].slice(0, capacity);
  }
}
