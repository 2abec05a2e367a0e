// HTTP as the demo needs it: who may ask, what a browser may do with the answers, bodies, streams.

/** Bytes of a request's body. A signup has a few hundred. */
const maximumBody = 16 * 1024;

/** Milliseconds between the signs of life on a stream that has nothing to say. */
const heartbeat = 15_000;

/** Nothing comes from elsewhere, nothing is inline, and no other page frames or reads this one. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  // Without any, a browser sends a form's request with no origin.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** A request that is refused: `status`, and a sentence. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What every answer has. */
export function protect(response) {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/**
 * Refuses what does not come from this server's own pages. A name that was made to point at
 * loopback (DNS rebinding) is not one of ours, and another site's page cannot post here.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {number} port
 */
export function checkOrigin(request, port) {
  const host = request.headers.host ?? '';
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(host)) {
    throw new Refusal(421, 'This server answers on loopback only.');
  }
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin';
  if (isForeign || request.headers.origin !== `http://${host}`) {
    throw new Refusal(403, 'Requests from other sites are refused.');
  }
}

/** @returns {Promise<string>} a body of that type, whose bytes are UTF-8 */
async function readText(request, type) {
  const [given] = (request.headers['content-type'] ?? '').toLowerCase().split(';', 1);
  if (given.trim() !== type) throw new Refusal(415, `The body must be ${type}.`);
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maximumBody) throw new Refusal(413, 'The body is too large.');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal(400, 'The body is not UTF-8.');
  }
}

/** @returns {Promise<Record<string, string>>} a form that a browser has sent by itself */
export async function readForm(request) {
  return Object.fromEntries(
    new URLSearchParams(await readText(request, 'application/x-www-form-urlencoded')));
}

/** @returns {Promise<Record<string, unknown>>} a body that is a JSON object */
export async function readJSON(request) {
  const text = await readText(request, 'application/json');
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'The body must be a JSON object.');
  }
  return value;
}

export function sendJSON(response, status, value) {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify(value));
}

/** Server-sent events on one response. */
export class EventStream {
  #response;
  #timer;

  constructor(response) {
    this.#response = response;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store',
    });
    response.flushHeaders();
    this.#timer = setInterval(() => response.write(':\n\n'), heartbeat);
    response.once('close', () => clearInterval(this.#timer));
  }

  /** Calls back when the other side is gone, or the stream has ended. */
  onClose(action) {
    this.#response.once('close', action);
  }

  get isOpen() {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  send(event, value) {
    if (this.isOpen) this.#response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  }

  end() {
    clearInterval(this.#timer);
    this.#response.end();
  }
}
