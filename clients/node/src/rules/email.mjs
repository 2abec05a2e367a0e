// What passes for an e-mail address: the common form.

import { codePoints, trimmed } from './text.mjs';

const builtIn = new Set(['admin@example.com', 'guest@example.com']);
const local = /^[a-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[a-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;
// The last label of a domain is no number, as in 1.2.3.4, and no single letter.
const top = /^[a-z]./;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @returns {{ address: string } | { reason: string }} the address as it is stored, or a fault */
export function normaliseEmail(given) {
  const address = Array.from(trimmed(given), (letter) => letter.toLowerCase()).join('');
  if (address === '') return { reason: 'must not be empty' };
  if (codePoints(address) > 140) return { reason: 'must have at most 140 characters' };
  const parts = address.split('@');
  if (parts.length !== 2) return { reason: 'must have exactly one “@”' };
  if (parts[0].length > 64 || !local.test(parts[0])) {
    return { reason: 'must have 1 to 64 plain letters, digits or signs before the “@”' };
  }
  if (/[^\x00-\x7F]/.test(parts[1])) {
    return { reason: 'must have its domain in ASCII: write “bücher.example” as “xn--bcher-kva.example”' };
  }
  const labels = parts[1].split('.');
  if (labels.length < 2 || !labels.every((part) => label.test(part)) || !top.test(labels.at(-1))) {
    return { reason: 'must have a domain such as “example.com” after the “@”' };
  }
  if (builtIn.has(address)) return { reason: 'is an address that every site uses itself' };
  return { address };
}
