// A login with a tenant's keys over HTTP, as the customer's programs do it.

import * as http from 'node:http';
import * as https from 'node:https';

/** Milliseconds. */
const limit = 20_000;

/**
 * Asks a site who the keys belong to.
 *
 * @param {{ url: string, apiKey: string, apiSecret: string }} tenant
 * @param {AbortSignal} signal
 * @returns {Promise<{ status: number, user?: string }>} rejects when nobody answers
 */
export function whoAmI({ url, apiKey, apiSecret }, signal) {
  const address = new URL('/api/method/frappe.auth.get_logged_user', url);
  const { request } = address.protocol === 'https:' ? https : http;
  const options = {
    headers: { Authorization: `token ${apiKey}:${apiSecret}`, Accept: 'application/json' },
    signal,
    timeout: limit,
    agent: false,
    // Names under .localhost are this machine, also where its resolver does not know that.
    ...(address.hostname.endsWith('.localhost') && { lookup: loopback }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(address, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode, user: userIn(Buffer.concat(chunks).toString()) });
      });
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${limit / 1000} s`)));
    sent.end();
  });
}

function loopback(hostname, { all }, callback) {
  if (all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
}

function userIn(body) {
  try {
    return JSON.parse(body)?.message;
  } catch {
    return undefined;
  }
}
