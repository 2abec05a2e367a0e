// Signups under way: one request of a browser each, whose answer is a stream of the steps. When the
// browser goes away, the signup is taken back.

import { randomUUID } from 'node:crypto';
import { TenantdError } from '../../src/index.mjs';
import { EventStream, Refusal, readForm, readJSON, sendJSON } from './http.mjs';
import { sendPage } from './pages.mjs';

/** What of a form goes to tenantd; its own answer says whether the values are right. */
const fields = ['organizationName', 'fullName', 'email', 'password', 'subdomain', 'idempotencyKey'];

export class Signups {
  #tenantd;
  #receipts;
  #activity;
  #onChange;
  #running = new Map();

  /**
   * @param {{ tenantd: import('../../src/index.js').Tenantd,
   *   receipts: import('./receipts.mjs').Receipts,
   *   activity: import('./activity.mjs').Activity, onChange: () => void }} parts `onChange` is
   *   called when the operator has something new to see
   */
  constructor({ tenantd, receipts, activity, onChange }) {
    this.#tenantd = tenantd;
    this.#receipts = receipts;
    this.#activity = activity;
    this.#onChange = onChange;
  }

  /** `POST /api/signup`: a form in; `accepted`, each `step`, then `done` or `failed` out. */
  async create(request, response) {
    const params = picked(await readJSON(request));
    // A tab that was closed while its form was read has nobody to make a workspace for.
    if (response.destroyed) return;
    const stream = new EventStream(response);
    const controller = new AbortController();
    const id = randomUUID();
    this.#running.set(id, controller);
    stream.onClose(() => controller.abort());
    stream.send('accepted', { id });
    try {
      const tenant = await this.#tenantd.provision(params, {
        signal: controller.signal,
        onProgress: (progress) => {
          stream.send('step', forCustomer(progress));
          this.#onChange();
        },
      });
      this.#activity.finished(tenant, { isHandedOver: stream.isOpen });
      if (stream.isOpen) stream.send('done', this.#finished(tenant));
    } catch (error) {
      this.#activity.failed(error);
      stream.send('failed', failure(error));
      if (!(error instanceof TenantdError)) throw error;
    } finally {
      this.#running.delete(id);
      this.#onChange();
      stream.end();
    }
  }

  /** `POST /signup`: the same from a browser without JavaScript, which waits and gets a page. */
  async submit(request, response) {
    const params = picked(await readForm(request));
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    try {
      const tenant = await this.#tenantd.provision(params, { signal: controller.signal });
      this.#activity.finished(tenant, { isHandedOver: !response.destroyed });
      const rows = [
        ['Address', tenant.url], ['Sign in as', tenant.user], ['API key', tenant.apiKey],
        ['API secret', tenant.apiSecret],
      ];
      if (tenant.password !== undefined) rows.push(['Password', tenant.password]);
      sendPage(response, 200, 'Your workspace is ready', rows);
    } catch (error) {
      this.#activity.failed(error);
      const { kind, message } = failure(error);
      const words = kind === 'email_in_use' ? 'This address has a workspace already.' : message;
      sendPage(response, 422, 'The workspace was not made', [['Why', words]]);
      if (!(error instanceof TenantdError)) throw error;
    } finally {
      this.#onChange();
    }
  }

  /** `POST /api/signup/cancel`: the stream then says what was undone. */
  async cancel(request, response) {
    const { id } = await readJSON(request);
    const controller = this.#running.get(id);
    controller?.abort();
    sendJSON(response, 200, { found: controller !== undefined });
  }

  /** `POST /api/keys`: a receipt in, the keys out. */
  async keys(request, response) {
    const { receipt } = await readJSON(request);
    const keys = this.#receipts.find(receipt);
    if (keys === undefined) throw new Refusal(404, 'These keys are no longer kept here.');
    sendJSON(response, 200, keys);
  }

  /** Everything but the secrets, which wait here until they are asked for. */
  #finished({ apiKey, apiSecret, password, ...shown }) {
    const { site, url, user, plan, steps, seconds } = shown;
    const receipt = this.#receipts.keep({ apiKey, apiSecret, password });
    return { site, url, user, plan, steps, seconds, receipt, hasPassword: password !== undefined };
  }
}

/** An empty field is one that was not given. */
function picked(body) {
  const given = fields.map((name) => [name, body[name]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ''));
}

/** A warning is for the operator; the step goes on. */
function forCustomer({ site, step, of, title, state, seconds }) {
  return { site, step, of, title, state: state === 'warning' ? 'started' : state, seconds };
}

function failure(error) {
  if (!(error instanceof TenantdError)) {
    return { kind: 'internal_error', message: 'The server made a mistake.', fields: [] };
  }
  const { kind, message, fields: wrong, advice, title, field, site, step } = error;
  const { rolledBack, pending, suggestions } = error;
  // Whose address it is, and which workspace they have, is nothing to tell a stranger.
  if (kind === 'email_in_use') return { kind, message: '', fields: [], rolledBack };
  const shown = { kind, message, fields: wrong, advice, title, field, site, step };
  return { ...shown, rolledBack, pending, suggestions };
}
